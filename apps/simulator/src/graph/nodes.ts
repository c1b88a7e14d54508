export type Waba = {
  readonly kind: 'waba';
  readonly id: string;
  readonly wabaId: string;
  readonly name: string;
  subscribed: boolean;
  /** True once template insights are switched on. */
  hasInsights?: boolean;
};

export type PhoneNumber = {
  readonly kind: 'phone';
  readonly id: string;
  readonly wabaId: string;
  /** The phone number's digits, without `+`, as in webhooks. */
  readonly digits: string;
  readonly display: string;
  readonly verifiedName: string;
  /** True if the phone number was added through the API and is not verified yet. */
  unverified?: boolean;
  /** The verification code last requested. */
  code?: string;
  /** Absent means true. */
  registered?: boolean;
  pin?: string;
  /** Absent means STANDARD. */
  throughputLevel?: 'STANDARD' | 'HIGH';
  /** When the maintenance that a change of throughput causes ends, in unix ms. */
  maintenanceUntil?: number;
  profile?: Readonly<Record<string, unknown>>;
  commerce?: { readonly is_cart_enabled: boolean; readonly is_catalog_visible: boolean };
  automation?: Readonly<Record<string, unknown>>;
  publicKey?: string;
  qrCodes?: readonly QrCode[];
  /** The people whom this phone number blocks: digits or business-scoped ids. */
  blocked?: readonly string[];
};

export type QrCode = {
  readonly code: string;
  readonly prefilled_message: string;
  readonly deep_link_url: string;
};

export type Component = Record<string, unknown> & { readonly type: string };

export type TemplateStatus = 'PENDING' | 'APPROVED' | 'REJECTED' | 'PAUSED' | 'DISABLED' | 'ARCHIVED';

export type Template = {
  readonly kind: 'template';
  readonly id: string;
  readonly wabaId: string;
  readonly name: string;
  readonly language: string;
  category: string;
  status: TemplateStatus;
  rejectedReason: string;
  parameterFormat: 'POSITIONAL' | 'NAMED';
  components: readonly Component[];
  /** When the template last changed, in unix seconds. */
  updatedAt: number;
  readonly more: Record<string, unknown>;
  /** Absent means UNKNOWN. */
  quality?: string;
  previousCategory?: string;
  /** The status that the template had before it was archived. */
  statusBefore?: TemplateStatus;
  hasBeenApproved?: boolean;
  pauses?: number;
  /** When the template was edited while it was approved, in unix seconds. */
  edits?: readonly number[];
};

export type FlowStatus = 'DRAFT' | 'PUBLISHED' | 'DEPRECATED' | 'BLOCKED' | 'THROTTLED';

export type Flow = {
  readonly kind: 'flow';
  readonly id: string;
  readonly wabaId: string;
  name: string;
  status: FlowStatus;
  categories: readonly string[];
  endpointUri?: string;
  /** The flow JSON as text. */
  json?: string;
  /** True for a draft with a published version, which can still be sent. */
  hasBeenPublished?: boolean;
  /** When the flow last changed, in unix seconds; absent if an earlier version of the simulator stored the flow. */
  updatedAt?: number;
};

export type Media = {
  readonly kind: 'media';
  readonly id: string;
  readonly wabaId: string;
  readonly phoneNumberId: string;
  /** True if a person sent the file; false if a client uploaded it. */
  readonly inbound: boolean;
  readonly mimeType: string;
  /** The file's SHA-256 in lower-case hex. */
  readonly sha256: string;
  readonly size: number;
  readonly filename: string | undefined;
  /** Why a message with this file fails with 131053; undefined if it does not. */
  readonly fault: string | undefined;
  /** When the media's id expires, in unix ms. */
  readonly expiresAt: number;
};

/** A WhatsApp user, known by a phone number, a business-scoped id, or both. */
export type Person = {
  /** The phone number's digits, without `+`. */
  readonly waId?: string;
  readonly userId?: string;
  readonly name?: string;
  readonly username?: string;
};

export type Node = Waba | PhoneNumber | Template | Flow | Media;

export type WebhookTarget = { readonly url: string; readonly secret: string; readonly verifyToken: string };

/** All nodes, as the stores of one kind (templates, media) read and change them. */
export type Nodes = {
  readonly all: ReadonlyMap<string, Node>;
  readonly add: <N extends Node>(node: N) => N;
  readonly remove: (node: Node) => void;
  readonly newId: (kind: Node['kind'], first: number) => string;
};
