import type { KafkaRecord } from './batching-producer.js';
import { header } from './command-record.js';
import type { ConsumedRecord } from './record-consumer.js';

const MOST_WORDS = 1_000;

type Burial = {
  readonly topic: string;
  readonly partition: number;
  readonly groupId: string;
  readonly reason: unknown;
  readonly attempts: number;
};

/** A record of the dead-letter topic. A field is undefined if its header is missing: the record may have any shape. */
export type DeadLetter = {
  /** `<partition>-<offset>` of the record on the dead-letter topic. */
  readonly id: string;
  readonly at: string;
  readonly topic: string | undefined;
  /** The consumer group that could not handle the record. */
  readonly group: string | undefined;
  readonly code: string | undefined;
  readonly reason: string | undefined;
  readonly attempts: number | undefined;
  readonly type: string | undefined;
  readonly commandId: string | undefined;
  readonly accountId: string | undefined;
  /** The command's deadline in ms since the epoch; NaN if the header is not a number. */
  readonly deadline: number | undefined;
  /** The id of the earlier dead letter whose retry failed and became this one. */
  readonly retryOf: string | undefined;
};

/** How an operator settled a dead letter. */
export type Fate = {
  readonly state: 'retried' | 'discarded';
  readonly at: string;
  readonly by: string;
  readonly reason: string | null;
};

/** The dead letter of a record: the same record, with headers added for its origin and the reason. */
export function buried(
  record: ConsumedRecord,
  deadLetters: string,
  { topic, partition, groupId, reason, attempts }: Burial,
): KafkaRecord {
  const { code } = Object(reason) as { code?: unknown };
  return {
    topic: deadLetters,
    key: record.key,
    value: record.value,
    headers: {
      ...record.headers,
      dl_topic: topic,
      dl_partition: String(partition),
      dl_offset: record.offset,
      dl_group: groupId,
      ...(typeof code === 'string' && { dl_code: code }),
      dl_reason: wordsOf(reason).slice(0, MOST_WORDS),
      dl_attempts: String(attempts),
      dl_at: new Date().toISOString(),
    },
  };
}

const wordsOf = (reason: unknown) =>
  reason instanceof Error ? `${reason.name}: ${reason.message}` : String(reason);

/** Reads a record of the dead-letter topic, whatever its headers, as a dead letter. */
export function letterOf(record: ConsumedRecord, partition: number): DeadLetter {
  const told = (name: string) => header(record, name);
  const numbered = (name: string) => (told(name) === undefined ? undefined : Number(told(name)));
  return {
    id: `${partition}-${record.offset}`,
    at: told('dl_at') ?? new Date(Number(record.timestamp)).toISOString(),
    topic: told('dl_topic'),
    group: told('dl_group'),
    code: told('dl_code'),
    reason: told('dl_reason'),
    attempts: numbered('dl_attempts'),
    type: told('ce_type'),
    commandId: told('ce_id'),
    accountId: told('account'),
    deadline: numbered('deadline'),
    retryOf: told('dl_retry_of'),
  };
}

/**
 * The original record of a dead letter, to be handled again by the group that could not handle it. It has no `replyto`:
 * the caller was answered when the dead letter was written. `deadline` (ms since the epoch), if given, replaces the
 * original one.
 */
export function putBack(
  { key, value, headers }: ConsumedRecord,
  { topic, group, id }: { readonly topic: string; readonly group: string; readonly id: string },
  deadline?: number,
): KafkaRecord {
  const own = Object.entries(headers ?? {}).filter(([name]) => !name.startsWith('dl_') && name !== 'replyto');
  return {
    topic,
    key,
    value,
    headers: {
      ...Object.fromEntries(own),
      ...(deadline !== undefined && { deadline: String(deadline) }),
      dl_group: group,
      dl_retry_of: id,
    },
  };
}

/** Whether a record is the retry of a dead letter of a group other than `groupId`. */
export function isForOthers(record: Pick<ConsumedRecord, 'headers'>, groupId: string): boolean {
  const group = header(record, 'dl_group');
  return group !== undefined && group !== groupId;
}

/** The record of a dead letter's fate. It follows the letter on the same topic, so retention never removes it first. */
export function mark(deadLetters: string, id: string, { state, at, by, reason }: Fate): KafkaRecord {
  return {
    topic: deadLetters,
    key: id,
    value: null,
    headers: { dl_mark: state, dl_at: at, dl_by: by, ...(reason !== null && { dl_reason: reason }) },
  };
}

/** The fate that a record of {@link mark} stores, and the dead letter's id; undefined for all other records. */
export function markedBy(record: ConsumedRecord): { readonly id: string; readonly fate: Fate } | undefined {
  const state = header(record, 'dl_mark');
  if ((state !== 'retried' && state !== 'discarded') || record.key === null) return undefined;
  const at = header(record, 'dl_at') ?? new Date(Number(record.timestamp)).toISOString();
  const by = header(record, 'dl_by') ?? '';
  return { id: record.key.toString(), fate: { state, at, by, reason: header(record, 'dl_reason') ?? null } };
}
