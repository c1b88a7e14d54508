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

/** A request is given up at most so much after its time, which is 3 s or more (ms). */
const LOOK_MS = 1_000;

/**
 * kafkajs 2.2.4 looks every millisecond at the queue of every connection, also when nothing waits in it: its timer is
 * set to a time that has passed (requestQueue/index.js). That is most of what an idle process does, and on Node 24 a
 * TimeoutNegativeWarning. Here an empty queue sets no timer: it is looked at again when a request is put into it or
 * an answer comes. And it looks ten times a second, for each connection, for requests that have timed out; here one look
 * a second is for all of them.
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
