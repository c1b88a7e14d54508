import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mediaStore } from '../media/media.store.js';
import { DEFAULT_FLOWS, DEFAULT_TEMPLATES, FIRST_WABA_ID } from './sample-data.js';

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

type Saved = {
  readonly nodes: readonly Node[];
  readonly tokens: readonly (readonly [token: string, wabaIds: readonly string[]])[];
  readonly webhook: WebhookTarget | null;
  /** When the 24 h window closes (ms), by phone number id and person. */
  readonly windows: readonly (readonly [key: string, closesAt: number])[];
  /** Who has written, by WABA and number or business-scoped id. */
  readonly people?: readonly (readonly [key: string, person: Person])[];
  /** Who wants no marketing from which phone number. */
  readonly optOuts?: readonly string[];
  /** Unix ms of a template's deletion, by WABA, name and language. */
  readonly deleted: readonly (readonly [key: string, at: number])[];
  readonly serials: Record<string, number>;
};

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
// Meta's media page: ids of uploads live 30 days, those of received media 7.
const UPLOADED_DAYS = 30;
const RECEIVED_DAYS = 7;
const FILE = 'simulator.json';

export type State = ReturnType<typeof openState>;

/**
 * What the simulator knows of accounts. With a directory it is read from there at the start and written back half a
 * second after a change and on `save`; messages are never kept.
 */
export function openState({ directory, token }: { directory?: string | undefined; token: string }) {
  const saved = directory === undefined ? undefined : read(directory);
  const nodes = new Map<string, Node>();
  const templatesByName = new Map<string, Template>();
  const tokens = new Map(saved?.tokens.map(([value, wabaIds]) => [value, new Set(wabaIds)]));
  const windows = new Map(saved?.windows);
  const people = new Map(saved?.people);
  const optOuts = new Set(saved?.optOuts);
  const deleted = new Map(saved?.deleted);
  const serials: Record<string, number> = { ...saved?.serials };
  const files = mediaStore(directory);
  const state = { webhook: saved?.webhook ?? null };
  let timer: NodeJS.Timeout | undefined;

  const serial = (kind: string) => (serials[kind] = (serials[kind] ?? 0) + 1);
  const newId = (kind: string, first: number) => String(first + serial(kind) - 1);

  const save = () => {
    clearTimeout(timer);
    timer = undefined;
    if (directory === undefined) return;
    const now = Date.now();
    const content: Saved = {
      nodes: [...nodes.values()],
      tokens: [...tokens].map(([value, wabaIds]) => [value, [...wabaIds]]),
      webhook: state.webhook,
      windows: [...windows].filter(([, closesAt]) => closesAt > now),
      people: [...people],
      optOuts: [...optOuts],
      deleted: [...deleted],
      serials,
    };
    mkdirSync(directory, { recursive: true });
    const path = join(directory, FILE);
    writeFileSync(`${path}.new`, JSON.stringify(content), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  };

  const changed = () => {
    if (directory !== undefined) timer ??= setTimeout(save, 500);
  };

  const add = <N extends Node>(node: N): N => {
    nodes.set(node.id, node);
    if (node.kind === 'template') templatesByName.set(templateKey(node), node);
    changed();
    return node;
  };

  const addTemplate = (template: Omit<Template, 'kind' | 'id' | 'updatedAt'>) =>
    add({
      kind: 'template',
      id: newId('template', 7_000_000_000_000_001),
      updatedAt: unixSeconds(),
      ...template,
    });

  const dropMedia = (media: Media) => {
    nodes.delete(media.id);
    files.remove(media.id);
    changed();
  };

  const addMedia = (
    phone: PhoneNumber,
    bytes: Buffer,
    { mimeType, filename, fault, inbound }: Pick<Media, 'mimeType' | 'filename' | 'fault' | 'inbound'>,
  ): Media => {
    const now = Date.now();
    for (const node of nodes.values()) if (node.kind === 'media' && node.expiresAt <= now) dropMedia(node);
    const media = add<Media>({
      kind: 'media',
      id: newId('media', 1_900_000_000_000_001),
      wabaId: phone.wabaId,
      phoneNumberId: phone.id,
      inbound,
      mimeType,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      size: bytes.length,
      filename,
      fault,
      expiresAt: now + (inbound ? RECEIVED_DAYS : UPLOADED_DAYS) * DAY,
    });
    files.put(media.id, bytes);
    return media;
  };

  /** The media with this id, until it expires. */
  const media = (id: string): Media | undefined => {
    const node = nodes.get(id);
    return node?.kind === 'media' && node.expiresAt > Date.now() ? node : undefined;
  };

  const addFlow = (flow: Omit<Flow, 'kind' | 'id' | 'updatedAt'>) =>
    add<Flow>({ kind: 'flow', id: newId('flow', 5_000_000_000_000_001), updatedAt: unixSeconds(), ...flow });

  /** A WABA as Meta hands it out: numbers, the default templates and flows, the app subscribed. */
  const addWaba = (id: string | undefined, phoneNumbers: number, wabaToken: string) => {
    const wabaId = id ?? newFreeId();
    add({
      kind: 'waba',
      id: wabaId,
      wabaId,
      name: `Simulated business ${serial('waba name')}`,
      subscribed: true,
    });
    const phones = Array.from({ length: phoneNumbers }, () => addPhoneNumber(wabaId));
    for (const template of DEFAULT_TEMPLATES) addTemplate({ wabaId, ...template });
    for (const flow of DEFAULT_FLOWS) addFlow({ wabaId, ...flow });
    tokens.set(wabaToken, (tokens.get(wabaToken) ?? new Set()).add(wabaId));
    changed();
    return { id: wabaId, phones };
  };

  const newFreeId = (): string => {
    const id = newId('waba', Number(FIRST_WABA_ID) + 1);
    return nodes.has(id) ? newFreeId() : id;
  };

  const addPhoneNumber = (wabaId: string) => {
    const n = serial('phone');
    const local = String(8_000_000_000 + n);
    return add({
      kind: 'phone',
      id: String(1_060_000_000_000_000 + n),
      wabaId,
      digits: `91${local}`,
      display: `+91 ${local.slice(0, 5)} ${local.slice(5)}`,
      verifiedName: `Simulated number ${n}`,
    });
  };

  const addNumber = (wabaId: string, code: string, local: string, verifiedName: string) =>
    add<PhoneNumber>({
      kind: 'phone',
      id: String(1_060_000_000_000_000 + serial('phone')),
      wabaId,
      digits: code + local,
      display: `+${code} ${local}`,
      verifiedName,
      unverified: true,
      registered: false,
    });

  const of = <K extends Node['kind']>(kind: K, wabaId: string) =>
    [...nodes.values()].filter(
      (node): node is Extract<Node, { kind: K }> => node.kind === kind && node.wabaId === wabaId,
    );

  if (saved === undefined) addWaba(FIRST_WABA_ID, 2, token);
  else saved.nodes.forEach(add);

  return {
    nodes,
    tokens,
    addWaba,
    addNumber,
    addTemplate,
    addFlow,
    addMedia,
    dropMedia,
    media,
    bytesOf: ({ id }: Media) => files.get(id),
    changed,
    get webhook() {
      return state.webhook;
    },
    setWebhook(target: WebhookTarget) {
      state.webhook = target;
      changed();
    },
    of,
    removeTemplate(template: Template) {
      nodes.delete(template.id);
      templatesByName.delete(templateKey(template));
      if (template.hasBeenApproved === true || template.status === 'APPROVED')
        deleted.set(templateKey(template), Date.now());
      changed();
    },
    removeFlow({ id }: Flow) {
      nodes.delete(id);
      changed();
    },
    /** The account's flow of this id or this name. */
    flow: (wabaId: string, { id, name }: { id?: string; name?: string }): Flow | undefined => {
      const found = id === undefined ? undefined : nodes.get(id);
      if (found?.kind === 'flow' && found.wabaId === wabaId) return found;
      return name === undefined ? undefined : of('flow', wabaId).find((flow) => flow.name === name);
    },
    template: (key: TemplateKey) => templatesByName.get(templateKey(key)),
    /** Unix ms at which a template of this name and language was deleted that had been approved. */
    deletedAt: (template: TemplateKey) => deleted.get(templateKey(template)),
    openWindow(phoneNumberId: string, waId: string) {
      windows.set(`${phoneNumberId}:${waId}`, Date.now() + 24 * HOUR);
      changed();
    },
    windowIsOpen: (phoneNumberId: string, waId: string) =>
      (windows.get(`${phoneNumberId}:${waId}`) ?? 0) > Date.now(),
    person: (wabaId: string, id: string) => people.get(`${wabaId}:${id}`),
    remember(wabaId: string, person: Person) {
      for (const id of [person.waId, person.userId])
        if (id !== undefined) people.set(`${wabaId}:${id}`, person);
      changed();
    },
    setOptOut(phoneNumberId: string, waId: string, wantsNone: boolean) {
      optOuts[wantsNone ? 'add' : 'delete'](`${phoneNumberId}:${waId}`);
      changed();
    },
    wantsNoMarketing: (phoneNumberId: string, waId: string) => optOuts.has(`${phoneNumberId}:${waId}`),
    save,
  };
}

type TemplateKey = Pick<Template, 'wabaId' | 'name' | 'language'>;

const templateKey = ({ wabaId, name, language }: TemplateKey) => `${wabaId}:${name}:${language}`;

export const unixSeconds = () => Math.floor(Date.now() / 1000);

function read(directory: string): Saved | undefined {
  let text;
  try {
    text = readFileSync(join(directory, FILE), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return JSON.parse(text) as Saved;
}
