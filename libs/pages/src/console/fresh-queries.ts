import { useQueryClient, type QueryKey } from '@tanstack/preact-query';
import type { EventType } from '@wbiz/sdk/operations';
import { useEffect, useRef } from 'preact/hooks';
import { useLiveEvents, type LiveEvent } from './live-events.js';

const PAUSE_MS = 1_000;

/**
 * Refetches the queries under `key` when an event of `types` that `concerns` them arrives: at once, and then at most
 * once a second.
 */
export function useFreshQueries(
  key: QueryKey,
  types: readonly EventType[],
  concerns: (event: LiveEvent) => boolean = () => true,
): void {
  const queries = useQueryClient();
  const reading = useRef({ busy: false, again: false, ended: false }).current;
  const read = async () => {
    reading.busy = true;
    do {
      reading.again = false;
      await queries.invalidateQueries({ queryKey: key });
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    } while (reading.again && !reading.ended);
    reading.busy = false;
  };
  useLiveEvents((event) => {
    if (!concerns(event)) return;
    if (reading.busy) reading.again = true;
    else void read();
  }, types);
  useEffect(() => {
    reading.ended = false;
    return () => void (reading.ended = true);
  }, [reading]);
}
