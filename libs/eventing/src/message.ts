/** A command or an event as plain data. */
export type Message<Type extends string = string, Data = unknown> = {
  readonly type: Type;
  readonly data: Data;
};

/** The member of a union of messages that has the given type. */
export type Of<Union extends Message, Type extends Union['type']> = Extract<Union, { type: Type }>;

/**
 * An event as a decider returns it. `data` is published on the shared log; `private` is stored with the event, for
 * folding the state, and never published.
 */
export type DomainEvent<Type extends string = string, Data = unknown, Private = unknown> = Message<
  Type,
  Data
> & {
  readonly private?: Private;
};

/**
 * A command on its way to the service that decides it. `id` is unique, and the same on redelivery; `deadline` is in ms
 * since the epoch; `replyTo` is the `host:port` that waits for the reply; `actor` is the API key or process that issued
 * the command.
 */
export type Command<Type extends string = string, Data = unknown> = Message<Type, Data> & {
  readonly id: string;
  readonly accountId: string;
  readonly deadline?: number;
  readonly replyTo?: string;
  readonly actor?: string;
  readonly traceparent?: string;
};

/** The result of a command. `data`: the handler's result; `error`: a refusal, which is final too. */
export type Reply<Data = unknown> =
  { readonly ok: true; readonly data: Data } | { readonly ok: false; readonly error: RejectionData };

export type RejectionData = { readonly code: string; readonly message: string; readonly details?: unknown };

/**
 * An event as read from the shared log. `sequence` has no gaps per source; `previous` is the source's last sequence in
 * the same partition (0: none); `offset` is the Kafka record's.
 */
export type LogEvent<Type extends string = string, Data = unknown> = Message<Type, Data> & {
  readonly id: string;
  readonly source: string;
  readonly accountId: string;
  readonly subject: string;
  readonly time: string;
  readonly epoch: number;
  readonly sequence: number;
  readonly previous: number;
  readonly offset?: number;
  readonly traceparent?: string;
};
