import { createRequire } from 'node:module';

type RequestQueue = {
  readonly pending: readonly unknown[];
  scheduleCheckPendingRequests(): void;
};

/**
 * kafkajs 2.2.4 looks every millisecond at the queue of every connection, also when nothing waits in it: its timer is
 * set to a time that has passed (requestQueue/index.js). That is most of what an idle process does, and on Node 24 a
 * TimeoutNegativeWarning. Here an empty queue sets no timer: it is looked at again when a request is put into it or
 * an answer comes.
 */
export function quietenRequestQueues(): void {
  const load = createRequire(import.meta.url);
  const { prototype } = load('kafkajs/src/network/requestQueue') as { prototype: RequestQueue };
  const schedule = prototype.scheduleCheckPendingRequests;
  if (schedule.name === QUIET) return;
  const quiet = {
    [QUIET](this: RequestQueue) {
      if (this.pending.length > 0) schedule.call(this);
    },
  };
  prototype.scheduleCheckPendingRequests = quiet[QUIET]!;
}

const QUIET = 'scheduleWhileRequestsWait';
