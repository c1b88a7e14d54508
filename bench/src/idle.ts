import { setTimeout as delay } from 'node:timers/promises';
import type { Costs, Spent } from './costs.ts';

/** Polls and fetches slow down after 10 s without work. */
const SETTLE_MS = 15_000;
const LEAST_S = 10;

/** What was spent in so many seconds. */
export type Idle = { readonly seconds: number; readonly spent: Spent };

/** Measures the costs at rest, after SETTLE_MS without work. */
export async function atRest(costs: Costs, names: readonly string[], wanted: number): Promise<Idle> {
  const seconds = Math.max(wanted, LEAST_S);
  await delay(SETTLE_MS);
  const spentSince = await costs.begin(names);
  await delay(seconds * 1_000);
  return { seconds, spent: await spentSince() };
}
