export type Waba = {
  readonly kind: 'waba';
  readonly id: string;
  readonly wabaId: string;
  readonly name: string;
  subscribed: boolean;
  /** Template insights are on. */
  hasInsights?: boolean;
};

export type PhoneNumber = {
  readonly kind: 'phone';
  readonly id: string;
  readonly wabaId: string;
  /** Digits only, as in webhooks. */
  readonly digits: string;
  readonly display: string;
  readonly verifiedName: string;
  /** Added by API and not verified by code yet. */
  unverified?: boolean;
  /** The verification code that was asked for. */
  code?: string;
  /** False after a deregistration. */
  registered?: boolean;
  pin?: string;
  /** STANDARD where absent. */
  throughputLevel?: 'STANDARD' | 'HIGH';
  /** Unix ms until which it is being moved to another throughput. */
  maintenanceUntil?: number;
  profile?: Readonly<Record<string, unknown>>;
  commerce?: { readonly is_cart_enabled: boolean; readonly is_catalog_visible: boolean };
  automation?: Readonly<Record<string, unknown>>;
  publicKey?: string;
  qrCodes?: readonly QrCode[];
  /** People that it has blocked: digits or business-scoped ids. */
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
  /** Unix seconds. */
  updatedAt: number;
  readonly more: Record<string, unknown>;
  /** UNKNOWN where absent. */
  quality?: string;
  previousCategory?: string;
  /** What it was before it was archived. */
  statusBefore?: TemplateStatus;
  hasBeenApproved?: boolean;
  pauses?: number;
  /** Unix seconds of the edits made while it was approved. */
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
  /** A draft that is an edit of what was published: the published version can still be sent. */
  hasBeenPublished?: boolean;
  /** Unix seconds; absent in flows of an older state directory. */
  updatedAt?: number;
};

export type Media = {
  readonly kind: 'media';
  readonly id: string;
  readonly wabaId: string;
  readonly phoneNumberId: string;
  /** Came in with a person's message instead of being uploaded. */
  readonly inbound: boolean;
  readonly mimeType: string;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly size: number;
  readonly filename: string | undefined;
  /** What Meta will find wrong when a message is made of it. */
  readonly fault: string | undefined;
  /** Unix ms. */
  readonly expiresAt: number;
};

/** Has a number, a business-scoped id, or both. */
export type Person = {
  /** The phone number's digits; a person with a user name may have none. */
  readonly waId?: string;
  readonly userId?: string;
  readonly name?: string;
  readonly username?: string;
};

export type Node = Waba | PhoneNumber | Template | Flow | Media;

export type WebhookTarget = { readonly url: string; readonly secret: string; readonly verifyToken: string };

/** The nodes of the graph, as the stores of one kind of them see it. */
export type Nodes = {
  readonly all: ReadonlyMap<string, Node>;
  readonly add: <N extends Node>(node: N) => N;
  readonly remove: (node: Node) => void;
  readonly newId: (kind: Node['kind'], first: number) => string;
};
