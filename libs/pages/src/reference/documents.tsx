import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Fault } from '../parts/fault.js';
import { Loading } from '../parts/loading.js';
import { apiOf, type OpenApi } from './open-api.js';
import { logOf, type AsyncApi } from './async-api.js';

async function read<T>(path: string): Promise<T> {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path} was answered with ${answer.status}.`);
  return (await answer.json()) as T;
}
const once = <T,>(load: () => Promise<T>) => {
  let loading: Promise<T> | undefined;
  return () => (loading ??= load());
};
export const openApi = once(async () => apiOf(await read<OpenApi>('/api/openapi.json')));
export const asyncApi = once(async () => logOf(await read<AsyncApi>('/api/asyncapi.json')));

type LoadedProps<T> = {
  readonly from: () => Promise<T>;
  readonly what: string;
  readonly children: (loaded: T) => ComponentChildren;
};

/** Renders its children once the document is loaded. */
export function Loaded<T>({ from, what, children }: LoadedProps<T>) {
  const [loaded, setLoaded] = useState<T>();
  const [fault, setFault] = useState<Error>();
  useEffect(() => {
    from().then((document) => setLoaded(() => document), setFault);
  }, [from]);
  if (fault)
    return (
      <Fault error={fault}>
        <div>
          <button type="button" onClick={() => location.reload()}>
            Load the page again
          </button>
        </div>
      </Fault>
    );
  if (!loaded) return <Loading label={`Loading ${what}`} />;
  return <>{children(loaded)}</>;
}
