import type { RecordedEvent } from '@wbiz/eventing/aggregate';
import type { EventStore } from '@wbiz/eventing/postgres/event-store';
import type { Runtime } from './runtime.js';

type Work = { start(): void; wake(): void; stop(): Promise<void> };
type WokenBy = {
  readonly store: Pick<EventStore, 'onCommitted'>;
  /** True for an event after which work may be due. */
  readonly by: (event: RecordedEvent) => boolean;
};

/** Runs due or periodic work until the process stops. */
export function runWork(
  { shutdown }: Pick<Runtime, 'shutdown'>,
  name: string,
  work: Work,
  woken?: WokenBy,
): void {
  woken?.store.onCommitted(({ events }) => {
    if (events.some(woken.by)) work.wake();
  });
  work.start();
  shutdown.on('consumers', name, () => work.stop());
}
