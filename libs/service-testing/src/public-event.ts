import type { EventData, EventType } from '@wbiz/contracts/event-catalogue';
import type { Service } from '@wbiz/contracts/topics';
import { partitionOf } from '@wbiz/eventing/partition';

/** An event as its owner publishes it, by the catalogue of events. */
export type PublicEvent = {
  readonly [Type in EventType]: {
    readonly type: Type;
    readonly accountId: string;
    readonly data: EventData<Type>;
  };
}[EventType];

/**
 * Numbers events as the relays of their sources do: without gaps per source, and with the number of the previous event
 * in the same partition.
 */
export function numbering(partitions: number) {
  const last = new Map<string, number>();
  return (source: Service, accountId: string) => {
    const partition = partitionOf(accountId, partitions);
    const head = `${source}/${partition}`;
    const sequence = (last.get(source) ?? 0) + 1;
    const previous = last.get(head) ?? 0;
    last.set(source, sequence).set(head, sequence);
    return { partition, sequence, previous };
  };
}
