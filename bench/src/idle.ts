import { setTimeout as delay } from 'node:timers/promises';
import type { Costs, Spent } from './costs.ts';

/** The wait before measuring: services poll and fetch less often after 10 s without work. */
const SETTLE_MS = 15_000;
const LEAST_S = 10;

/** What the installation spent in `seconds` without work. */
export type Idle = { readonly seconds: number; readonly spent: Spent };

/** Waits SETTLE_MS, then measures the costs without work, for `wanted` seconds or for LEAST_S if that is more. */
export async function atRest(costs: Costs, names: readonly string[], wanted: number): Promise<Idle> {
  const seconds = Math.max(wanted, LEAST_S);
  await delay(SETTLE_MS);
  const spentSince = await costs.begin(names);
  await delay(seconds * 1_000);
  return { seconds, spent: await spentSince() };
}
