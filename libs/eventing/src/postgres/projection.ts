import type { PoolClient } from 'pg';
import type { LogEvent } from '../message.js';

// Each handler has its own payload type; this type stands for all of them in one table.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type AnyEvent = LogEvent<any, any>;

/**
 * How events change a read model: one handler per event type, called for each event (`on`), or one for the chosen
 * `types`, called once per batch (`all`). Both write through `db`, in whose transaction the checkpoint is stored.
 */
export type Projection = {
  readonly name: string;
  /** Called after each commit with events that the projection handles. */
  readonly applied?: () => void;
  /** Whether the projection handles an event of its types; it handles all unless this is set. */
  readonly concerns?: (event: AnyEvent) => boolean;
} & (
  | { readonly on: { readonly [type: string]: (event: AnyEvent, db: PoolClient) => Promise<void> } }
  | {
      readonly types: readonly string[];
      readonly all: (events: readonly AnyEvent[], db: PoolClient) => Promise<void>;
    }
);

/** An event of one of the types `Type`, with the payload that `Payloads` has for its type. */
export type Logged<Payloads, Type extends keyof Payloads> = {
  readonly [Name in Type & string]: LogEvent<Name, Payloads[Name]>;
}[Type & string];
type Named = Pick<Projection, 'name' | 'applied'>;
type Chosen<Event> = { readonly concerns?: (event: Event) => boolean };

/** Functions that make projections of a log with known payloads: a misspelt event type or field does not compile. */
export const projectionsOf = <Payloads>() => ({
  /** A projection with one handler per event type. */
  projection: (
    projection: Named & {
      readonly on: {
        readonly [Type in keyof Payloads]?: (
          event: LogEvent<Type & string, Payloads[Type]>,
          db: PoolClient,
        ) => Promise<void>;
      };
    },
  ): Projection => projection as Projection,
  /** A projection that gets all events of its `types` in a batch at once. */
  batchProjection: <Type extends keyof Payloads>(
    projection: Named & {
      readonly types: readonly Type[];
      readonly all: (events: readonly Logged<Payloads, Type>[], db: PoolClient) => Promise<void>;
    } & Chosen<Logged<Payloads, Type>>,
  ): Projection => projection as Projection,
});

/** Combines projections into one with common checkpoints: the log is read once for all of them. */
export function together(name: string, projections: readonly Projection[]): Projection {
  const concern = projections.map(concernOf);
  return {
    name,
    types: [...new Set(projections.flatMap((each) => [...typesOf(each)]))],
    applied: () => projections.forEach(({ applied }) => applied?.()),
    concerns: (event) => concern.some((concerns) => concerns(event)),
    all: async (events, db) => {
      for (const [index, projection] of projections.entries()) {
        const own = events.filter(concern[index]!);
        if (own.length > 0) await apply(projection, own, db);
      }
    },
  };
}

/** How far a source's events are applied in one partition. `next`: the log offset after the last one, if known. */
export type Mark = { readonly epoch: number; readonly sequence: number; readonly next?: number };

/** An event's data is not JSON: no handler can apply it. */
class UnreadableEvent extends Error {
  override readonly name = 'UnreadableEvent';
}

/** An event is missing between the checkpoint and the received event; the projection must not continue. */
export class ProjectionGap extends Error {
  override readonly name = 'ProjectionGap';
  constructor(
    readonly projection: string,
    readonly partition: number,
    readonly checkpoint: Mark,
    readonly event: Pick<LogEvent, 'id' | 'source' | 'type' | 'epoch' | 'sequence' | 'previous' | 'offset'>,
  ) {
    super(
      `Projection ${projection} has seen ${event.source} in partition ${partition} up to ${checkpoint.sequence}, but event ${event.sequence} (${event.id}${event.offset === undefined ? '' : `, offset ${event.offset}`}) follows ${event.previous}.`,
    );
  }
}

export const typesOf = (projection: Projection): ReadonlySet<string> =>
  new Set('on' in projection ? Object.keys(projection.on) : projection.types);

/** Whether a projection handles an event: by its type and, unless the event's data is not JSON, by `concerns`. */
export function concernOf(projection: Projection): (event: LogEvent) => boolean {
  const types = typesOf(projection);
  const { concerns = () => true } = projection;
  return (event) => types.has(event.type) && (event.data === undefined || concerns(event));
}

export async function apply(
  projection: Projection,
  events: readonly LogEvent[],
  db: PoolClient,
): Promise<void> {
  const unreadable = events.find(({ data }) => data === undefined);
  if (unreadable) throw new UnreadableEvent(`The data of event ${unreadable.id} is no JSON.`);
  if ('all' in projection) return projection.all(events, db);
  for (const event of events) await projection.on[event.type]!(event, db);
}

export const isBehind = (mark: Mark, other: Mark) =>
  mark.epoch < other.epoch || (mark.epoch === other.epoch && mark.sequence < other.sequence);

/**
 * Compares a batch of one partition with the marks of its sources. Returns the new events (`fresh`), each source's mark
 * after them, the events that begin a source's next epoch (`restored`), the events with an invalid epoch (`refused`),
 * and the first gap. An event of the next epoch may follow any other; events of an earlier epoch are ignored; an epoch
 * more than one ahead is invalid, since a source raises its epoch by one in every partition.
 */
export function follow(
  partition: number,
  from: ReadonlyMap<string, Mark>,
  events: readonly LogEvent[],
  projection: string,
): {
  readonly fresh: readonly LogEvent[];
  readonly marks: Map<string, Mark>;
  readonly restored: readonly LogEvent[];
  readonly refused: readonly LogEvent[];
  readonly gap?: ProjectionGap;
} {
  const marks = new Map(from);
  const fresh: LogEvent[] = [];
  const restored: LogEvent[] = [];
  const refused: LogEvent[] = [];
  for (const event of events) {
    const { source, epoch, sequence, previous, offset } = event;
    const mark = marks.get(source) ?? { epoch, sequence: 0 };
    if (!isBehind(mark, event)) continue;
    if (epoch > mark.epoch + 1) {
      refused.push(event);
      continue;
    }
    if (epoch > mark.epoch) restored.push(event);
    else if (previous !== mark.sequence)
      return { fresh, marks, restored, refused, gap: new ProjectionGap(projection, partition, mark, event) };
    marks.set(source, { epoch, sequence, next: offset === undefined ? undefined : offset + 1 });
    fresh.push(event);
  }
  return { fresh, marks, restored, refused };
}
