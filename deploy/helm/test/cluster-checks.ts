import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';

/** The fields of Kubernetes objects that test:cluster reads; an object has only those of its kind. */
export type KubeObject = {
  kind: string;
  metadata: { name: string; labels: Record<string, string>; creationTimestamp: string };
  data: object;
  endpoints?: unknown[];
  spec: {
    nodeName: string;
    minReplicas: number;
    maxReplicas: number;
    scaleTargetRef: { name: string };
    template: { spec: { containers: { image: string }[] } };
  };
  status: {
    readyReplicas?: number;
    availableReplicas?: number;
    disruptionsAllowed: number;
    succeeded: number;
    completionTime: string;
    conditions?: { type: string; status: string }[];
  };
};
/** What a tool that failed has printed. */
export type Failed = { stdout: string; stderr: string };

/** Calls `found` until it resolves to `wanted`; after `timeoutMs` throws an error with the last result. */
export async function until(
  what: string,
  wanted: unknown,
  found: () => Promise<unknown>,
  { timeoutMs = 60_000 } = {},
): Promise<void> {
  for (const giveUp = Date.now() + timeoutMs; ; await delay(300)) {
    const now = await found();
    if (isDeepStrictEqual(now, wanted)) return;
    if (Date.now() > giveUp)
      throw new Error(`${what}: ${JSON.stringify(now)} and not ${JSON.stringify(wanted)}`);
  }
}
/** Throws unless `found` equals `wanted`. */
export function same(what: string, found: unknown, wanted: unknown): void {
  if (!isDeepStrictEqual(found, wanted))
    throw new Error(`${what}: ${JSON.stringify(found)} and not ${JSON.stringify(wanted)}`);
}
