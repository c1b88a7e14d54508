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

/** A request times out at most this much late (ms); its timeout is 3 s or more. */
const LOOK_MS = 1_000;

/**
 * kafkajs 2.2.4 checks the queue of every connection every millisecond, even an empty one: its timer is set to a time
 * in the past (requestQueue/index.js). That is most of what an idle process does, and a TimeoutNegativeWarning on Node
 * 24. Here an empty queue sets no timer: it is checked when a request is queued or answered. kafkajs also looks for
 * timed-out requests ten times a second per connection; here one check a second serves all connections.
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
