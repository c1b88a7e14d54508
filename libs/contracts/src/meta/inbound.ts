/**
 * Records that the gateway writes to `wbiz.inbound` and, for changes, to `wbiz.inbound.changes`: one per item of a
 * webhook body, in Meta's form.
 */
export type MetaMessage = {
  readonly wabaId: string;
  readonly phoneNumberId: string;
  readonly displayPhoneNumber: string | null;
  readonly receivedAt: string;
  readonly contact: MetaContact | null;
  readonly message: MetaItem;
};

/** A message that the business sent from the WhatsApp Business app (Meta's `smb_message_echoes`): it has a `to`. */
export type MetaEcho = MetaMessage;

export type MetaStatus = {
  readonly wabaId: string;
  readonly phoneNumberId: string;
  readonly receivedAt: string;
  readonly status: MetaItem;
};

/** Any other change (`field` is Meta's name for it), e.g. message_template_status_update. */
export type MetaChange = {
  readonly wabaId: string;
  readonly receivedAt: string;
  /** When it happened, if Meta says so; otherwise `receivedAt`. */
  readonly at: string;
  readonly field: string;
  readonly value: MetaItem;
};

export type MetaContact = {
  readonly wa_id?: string;
  readonly user_id?: string;
  readonly profile?: { readonly name?: string; readonly username?: string };
};
export type MetaItem = Readonly<Record<string, unknown>>;

/**
 * `ce_type` of records on `wbiz.inbound.raw`: a whole webhook body, byte for byte. `ce_time`: when it came. Record key:
 * the WABA.
 */
export const META_WEBHOOK = 'meta.webhook';

/** `ce_type` of item records. */
export const META_MESSAGE = 'meta.message';
export const META_STATUS = 'meta.status';
export const META_ECHO = 'meta.echo';
export const META_CHANGE = 'meta.change';

/** The data of item records, by type. */
export type InboundPayloads = {
  readonly [META_MESSAGE]: MetaMessage;
  readonly [META_STATUS]: MetaStatus;
  readonly [META_ECHO]: MetaEcho;
  readonly [META_CHANGE]: MetaChange;
};
