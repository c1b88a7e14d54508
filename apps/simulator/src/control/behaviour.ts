import { digitsOf } from '../messages/message-log.js';
import { TIERS, type Tier } from '../messages/messaging-limit.js';
import { BadRequest } from './page-request.js';
import { seededRandom, type Random } from './random.js';

type FaultKind = 'error' | 'reset' | 'hang' | 'accept_then_reset' | 'hold';

export type Fault = {
  readonly match: { readonly path?: string; readonly to?: string };
  readonly code?: number;
  readonly httpStatus?: number;
  readonly kind: FaultKind;
  readonly rate: number;
  /** How many more matching calls get this fault; absent if all do. */
  times?: number;
};

type Switch = boolean | 'on' | 'off';
type Range = readonly [min: number, max: number];

export type Settings = {
  readonly statusDelayMs: Range;
  readonly statuses: 'all' | 'none' | readonly string[];
  readonly duplicate: number;
  readonly reorder: number;
  readonly batch: number;
  /** `all`: every messages webhook has a user id, as at Meta since 31 March 2026; `given`: only if the test gave one, as before. */
  readonly userIds: 'all' | 'given';
  readonly latencyMs: Range;
  readonly faults: readonly Fault[];
  readonly throughputPerSecond: number;
  readonly messagingLimit: Tier;
  readonly pairRate: Switch;
  readonly managementLimits: Switch;
  readonly seed: number;
};

const DEFAULT_SETTINGS: Settings = {
  statusDelayMs: [50, 250],
  statuses: 'all',
  duplicate: 0,
  reorder: 0,
  batch: 1,
  userIds: 'all',
  latencyMs: [0, 0],
  faults: [],
  // Meta's standard throughput.
  throughputPerSecond: 80,
  messagingLimit: 'TIER_UNLIMITED',
  pairRate: 'off',
  managementLimits: 'off',
  seed: 1,
};

const STATUSES = ['sent', 'delivered', 'read', 'played', 'failed'] as const;
const FAULT_KINDS: readonly FaultKind[] = ['error', 'reset', 'hang', 'accept_then_reset', 'hold'];

export const isOn = (value: Switch) => value === true || value === 'on';

export type Behaviour = ReturnType<typeof openBehaviour>;

/** The current settings, and the random choices that depend on them, all drawn from one seed. */
export function openBehaviour(initial: Partial<Settings> = {}) {
  const start = parseSettings({ ...DEFAULT_SETTINGS, ...initial });
  let settings = start;
  let random: Random = seededRandom(settings.seed);

  const between = ([min, max]: Range) => (max === min ? min : min + random() * (max - min));

  return {
    get settings() {
      return settings;
    },
    /** Changes the settings in `changes` and keeps all others. A `seed` restarts the random draws. */
    set(changes: Record<string, unknown>) {
      settings = parseSettings({ ...settings, ...changes });
      if ('seed' in changes) random = seededRandom(settings.seed);
      return settings;
    },
    reset() {
      settings = { ...start, faults: start.faults.map((fault) => ({ ...fault })) };
      random = seededRandom(settings.seed);
    },
    chance: (probability: number) => probability > 0 && random() < probability,
    pick: (length: number) => Math.floor(random() * length),
    statusDelay: () => between(settings.statusDelayMs),
    latency: () => between(settings.latencyMs),
    /** The fault that this call gets, if any; counts down the fault's `times`. Only a send of a template gets `hold`. */
    faultOf(path: string, { to, recipient, type }: Record<string, unknown>): Fault | undefined {
      return settings.faults.find((fault) => {
        if (fault.times === 0 || !matches(fault.match, path, to ?? recipient)) return false;
        if (fault.kind === 'hold' && type !== 'template') return false;
        if (fault.rate < 1 && random() >= fault.rate) return false;
        if (fault.times !== undefined) fault.times -= 1;
        return true;
      });
    },
  };
}

/** True if the path contains `match.path` and the recipient's digits equal `match.to`, or begin with it if it ends in `*`. */
function matches(match: Fault['match'], path: string, to: unknown): boolean {
  if (match.path !== undefined && !path.includes(match.path)) return false;
  if (match.to === undefined) return true;
  const digits = digitsOf(String(to ?? ''));
  const wanted = digitsOf(match.to);
  return match.to.endsWith('*') ? digits.startsWith(wanted) : digits === wanted;
}

type Check = (value: unknown, field: string) => unknown;

const number =
  (min: number, max: number, whole = false): Check =>
  (value, field) => {
    if (typeof value !== 'number' || !(value >= min && value <= max) || (whole && !Number.isInteger(value)))
      throw new BadRequest(`${field} must be a ${whole ? 'whole ' : ''}number from ${min} to ${max}.`);
    return value;
  };

const range: Check = (value, field) => {
  const inOrder = Array.isArray(value) && value.length === 2 && value.every(Number.isFinite);
  if (!inOrder || value[0] < 0 || value[1] < value[0] || value[1] > 3_600_000)
    throw new BadRequest(`${field} must be [min, max] in milliseconds, 0 ≤ min ≤ max ≤ 3600000.`);
  return value;
};

const onOff: Check = (value, field) => {
  if (typeof value !== 'boolean' && value !== 'on' && value !== 'off')
    throw new BadRequest(`${field} must be true, false, "on" or "off".`);
  return value;
};

const tier: Check = (value, field) => {
  if (typeof value !== 'string' || !Object.hasOwn(TIERS, value))
    throw new BadRequest(`${field} must be one of ${Object.keys(TIERS).join(', ')}.`);
  return value;
};

export const statusList: Check = (value, field) => {
  const known =
    Array.isArray(value) && value.every((status) => (STATUSES as readonly unknown[]).includes(status));
  if (!known) throw new BadRequest(`${field} must be a list of ${STATUSES.join(', ')}.`);
  return value;
};

const text: Check = (value, field) => {
  if (typeof value !== 'string') throw new BadRequest(`${field} must be text.`);
  return value;
};

const fault: Check = (value, field) => {
  const { match = {}, kind, rate = 1, ...rest } = object(value, field);
  if (!FAULT_KINDS.includes(kind as FaultKind))
    throw new BadRequest(`${field}.kind must be one of ${FAULT_KINDS.join(', ')}.`);
  return {
    match: checked({ path: text, to: text }, object(match, `${field}.match`), `${field}.match.`),
    ...checked(
      { code: number(0, 1e9, true), httpStatus: number(400, 599, true), times: number(0, 1e9, true) },
      rest,
      `${field}.`,
    ),
    kind,
    rate: number(0, 1)(rate, `${field}.rate`),
  };
};

const SETTINGS: Record<keyof Settings, Check> = {
  statusDelayMs: range,
  statuses: (value, field) => (value === 'all' || value === 'none' ? value : statusList(value, field)),
  duplicate: number(0, 1),
  reorder: number(0, 1),
  batch: number(1, 1000, true),
  userIds: (value, field) => {
    if (value !== 'all' && value !== 'given') throw new BadRequest(`${field} must be "all" or "given".`);
    return value;
  },
  latencyMs: range,
  faults: (value, field) => {
    if (!Array.isArray(value)) throw new BadRequest(`${field} must be a list.`);
    return value.map((item, index) => fault(item, `${field}[${index}]`));
  },
  throughputPerSecond: number(1, 1e9),
  messagingLimit: tier,
  pairRate: onOff,
  managementLimits: onOff,
  seed: number(0, 4294967295, true),
};

const parseSettings = (value: Record<string, unknown>) => checked(SETTINGS, value, '') as unknown as Settings;

function checked(checks: Record<string, Check>, value: Record<string, unknown>, prefix: string) {
  const unknown = Object.keys(value).find((key) => !Object.hasOwn(checks, key));
  if (unknown !== undefined)
    throw new BadRequest(`${prefix}${unknown} is not known. Known: ${Object.keys(checks).join(', ')}.`);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [key, checks[key]!(item, prefix + key)]),
  );
}

export function object(value: unknown, field: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new BadRequest(`${field} must be an object.`);
  return value as Record<string, unknown>;
}
