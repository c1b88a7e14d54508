/** One event as a Kafka record: CloudEvents 1.0 in binary mode, the value being the event's data as JSON. */
export type EventRecord = {
  readonly topic: string;
  readonly partition: number;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: string;
};

/** An event row with its numbers for the shared log; `data` is JSON text. */
export type NumberedEvent = {
  readonly sequence: number;
  readonly partition: number;
  readonly previous: number;
  readonly epoch: number;
  readonly id: string;
  readonly accountId: string;
  readonly stream: string;
  readonly type: string;
  readonly data: string;
  readonly traceparent: string | null;
  readonly createdAt: Date;
};

export function eventRecord(
  event: NumberedEvent,
  { topic, source }: { topic: string; source: string },
): EventRecord {
  return {
    topic,
    partition: event.partition,
    key: event.accountId,
    headers: {
      ce_specversion: '1.0',
      ce_id: event.id,
      ce_source: source,
      ce_type: event.type,
      ce_time: event.createdAt.toISOString(),
      ce_subject: event.stream,
      ce_sequence: String(event.sequence),
      ce_previous: String(event.previous),
      ce_epoch: String(event.epoch),
      account: event.accountId,
      'content-type': 'application/json',
      ...(event.traceparent === null ? {} : { traceparent: event.traceparent }),
    },
    value: event.data,
  };
}

/** The largest epoch accepted: a source begins a new epoch only a few times in its life. */
const MAX_EPOCH = 10_000;

/** The epoch and sequences in a record's headers; undefined if no source could have written them. */
export function readNumbers(header: (name: string) => string | undefined) {
  const epoch = Number(header('ce_epoch'));
  const sequence = Number(header('ce_sequence'));
  const previous = Number(header('ce_previous'));
  const whole =
    Number.isSafeInteger(epoch) && Number.isSafeInteger(sequence) && Number.isSafeInteger(previous);
  if (!whole || epoch < 1 || epoch > MAX_EPOCH || previous < 0 || previous >= sequence) return undefined;
  return { epoch, sequence, previous };
}
