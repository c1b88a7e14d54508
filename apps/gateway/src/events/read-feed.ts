import type { EventPage, ReadEvents } from '@wbiz/contracts/feed';
import type { Peers } from '@wbiz/service-kit/peers';

/** Time for the feed's own work, on top of the requested wait. */
const PATIENCE_MS = 5_000;

/** Reads the feed, waiting as asked; when the gateway stops it answers at once with what there is. */
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
