import { createRequire } from 'node:module';

type RequestQueue = {
  readonly pending: readonly unknown[];
  readonly inflight: ReadonlyMap<number, Request>;
  readonly enforceRequestTimeout: boolean;
  readonly isConnected: () => boolean;
  scheduleCheckPendingRequests(): void;
  scheduleRequestTimeoutCheck(): void;
  destroy(): void;
};
/** `requestTimeout` in ms, `sentAt` in ms since the epoch. */
type Request = { readonly sentAt: number; readonly requestTimeout: number; timeoutRequest(): void };

/** How late a request's timeout may be noticed (ms); the timeouts are 3 s or longer. */
const LOOK_MS = 1_000;

/**
 * Makes kafkajs' request queues idle without timers. kafkajs 2.2.4 checks every connection's queue each millisecond,
 * even if it is empty, because its timer is set to a time in the past (requestQueue/index.js): this takes most of an
 * idle process's CPU time and causes a TimeoutNegativeWarning on Node 24. Here a queue is checked when a request is
 * queued or answered. kafkajs also looks for timed-out requests ten times a second per connection; here one check a
 * second serves all connections.
 */
export function quietenRequestQueues(): void {
  const load = createRequire(import.meta.url);
  const { prototype } = load('kafkajs/src/network/requestQueue') as { prototype: RequestQueue };
  const { scheduleCheckPendingRequests: schedule, destroy } = prototype;
  if (schedule.name === QUIET) return;
  const quiet = {
    [QUIET](this: RequestQueue) {
      if (this.pending.length > 0) schedule.call(this);
    },
  };
  prototype.scheduleCheckPendingRequests = quiet[QUIET]!;

  const open = new Set<RequestQueue>();
  let looks: NodeJS.Timeout | undefined;
  prototype.scheduleRequestTimeoutCheck = function () {
    if (!this.enforceRequestTimeout) return;
    open.add(this);
    looks ??= setInterval(() => open.forEach(giveUpLate), LOOK_MS);
  };
  prototype.destroy = function () {
    destroy.call(this);
    open.delete(this);
    if (open.size > 0) return;
    clearInterval(looks);
    looks = undefined;
  };
}

function giveUpLate(queue: RequestQueue): void {
  for (const request of queue.inflight.values())
    if (Date.now() - request.sentAt > request.requestTimeout) request.timeoutRequest();
  if (!queue.isConnected()) queue.destroy();
}

const QUIET = 'scheduleWhileRequestsWait';
