import type { EventPage, ReadEvents } from '@wbiz/contracts/feed';
import type { Peers } from '@wbiz/service-kit/peers';

/** What the feed itself may take, on top of the wait that was asked for. */
const PATIENCE_MS = 5_000;

/** Reads the feed, waiting as asked; a gateway that is told to stop waits no longer, and answers what there is. */
export async function readFeed(
  ask: ReadEvents & { accountId: string },
  peers: Pick<Peers, 'ask'>,
  stopping: AbortSignal,
): Promise<EventPage> {
  const stopped = Promise.withResolvers<undefined>();
  const stop = () => stopped.resolve(undefined);
  stopping.addEventListener('abort', stop, { once: true });
  if (stopping.aborted) stop();
  try {
    const timeoutMs = (ask.wait ?? 0) * 1_000 + PATIENCE_MS;
    const page = await Promise.race([peers.ask('feed.read', ask, { timeoutMs }), stopped.promise]);
    return page ?? (await peers.ask('feed.read', { ...ask, wait: 0 }, { timeoutMs: PATIENCE_MS }));
  } finally {
    stopping.removeEventListener('abort', stop);
  }
}
