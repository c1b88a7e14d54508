import type { EventPage, ReadEvents } from '@wbiz/contracts/feed';
import { Rejection } from '@wbiz/eventing/rejection';
import type { Peers } from '@wbiz/service-kit/peers';

/** What the feed itself may take, on top of the wait that was asked for. */
const PATIENCE_MS = 5_000;

/** Reads the feed, waiting as asked; a gateway that is told to stop does not keep the caller waiting on. */
export async function readFeed(
  ask: ReadEvents & { accountId: string },
  peers: Pick<Peers, 'ask'>,
  stopping: AbortSignal,
): Promise<EventPage> {
  const stopped = Promise.withResolvers<never>();
  const stop = () =>
    stopped.reject(new Rejection('unavailable', 'This gateway is stopping. Ask again.', { retryAfter: 1 }));
  stopping.addEventListener('abort', stop, { once: true });
  if (stopping.aborted) stop();
  try {
    const timeoutMs = (ask.wait ?? 0) * 1_000 + PATIENCE_MS;
    return await Promise.race([peers.ask('feed.read', ask, { timeoutMs }), stopped.promise]);
  } finally {
    stopping.removeEventListener('abort', stop);
  }
}
