export type MetaTemplate = {
  readonly id: string;
  readonly name: string;
  readonly language: string;
  readonly status: string;
  readonly category: string;
  readonly components: readonly Record<string, unknown>[];
  readonly parameter_format?: string;
  readonly quality_score?: { readonly score?: string; readonly date?: number };
  readonly rejected_reason?: string;
  readonly message_send_ttl_seconds?: number;
};

export type MetaFlow = {
  readonly id: string;
  readonly name: string;
  /** DRAFT, PUBLISHED, THROTTLED, BLOCKED or DEPRECATED. */
  readonly status: string;
  readonly categories?: readonly string[];
};

/** The fields of a template that can be changed; `components` replaces all components. */
export type MetaTemplateContent = {
  readonly category: string;
  readonly components: readonly Record<string, unknown>[];
  readonly parameter_format?: string;
  readonly message_send_ttl_seconds?: number;
};

/**
 * Meta's answer to a new template. The status may be final already, and the category may differ from the one asked for.
 */
export type MetaTemplateMade = Pick<MetaTemplate, 'id' | 'status' | 'category'>;

export type MetaWaba = {
  readonly id: string;
  readonly name?: string;
  readonly currency?: string;
  readonly timezone_id?: string;
  readonly message_template_namespace?: string;
  readonly account_review_status?: string;
  readonly business_verification_status?: string;
};

export type MetaPhoneNumber = {
  readonly id: string;
  /** Formatted, e.g. `+91 80000 00001`; webhooks have the digits only. */
  readonly display_phone_number: string;
  readonly verified_name?: string;
  /** GREEN, YELLOW, RED, NA or UNKNOWN. */
  readonly quality_rating?: string;
  readonly code_verification_status?: string;
  readonly platform_type?: string;
  /** Whether the number is used in the WhatsApp Business app as well (coexistence). */
  readonly is_on_biz_app?: boolean;
  /** CONNECTED, or why not: PENDING, DISCONNECTED, FLAGGED, BANNED, … */
  readonly status?: string;
  /** Status of the display name: APPROVED, PENDING_REVIEW, DECLINED, EXPIRED, NONE, … */
  readonly name_status?: string;
  /** STANDARD is 80 messages a second, HIGH 1,000 (throughput page). */
  readonly throughput?: { readonly level?: string };
  /** TIER_250, TIER_2K, TIER_10K, TIER_100K or TIER_UNLIMITED: people reached per 24 h outside service windows. */
  readonly whatsapp_business_manager_messaging_limit?: string;
};

export type MetaSubscribedApp = { readonly id: string; readonly name?: string; readonly link?: string };

export type MetaTokenInfo = {
  readonly is_valid: boolean;
  readonly app_id?: string;
  readonly type?: string;
  /** Unix seconds; 0: the token does not expire. */
  readonly expires_at?: number;
  readonly scopes?: readonly string[];
  readonly granular_scopes?: readonly { readonly scope: string; readonly target_ids?: readonly string[] }[];
  readonly error?: { readonly code?: number; readonly message?: string; readonly subcode?: number };
};

export type MetaMedia = {
  readonly id: string;
  /** Valid for five minutes, and only with the token. */
  readonly url: string;
  readonly mime_type: string;
  /** 64 hexadecimal digits. */
  readonly sha256: string;
  /** Bytes; a string in some answers. */
  readonly file_size: number | string;
};
