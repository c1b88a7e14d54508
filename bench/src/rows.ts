import type { Headers, Loop } from './jobs.ts';

/**
 * How sends are made. `batch`: most statuses per webhook. `paced`: how many sends a second WBIZ passes on to Meta meanwhile.
 */
export type Sending = {
  readonly loop: Loop;
  readonly batch: number;
  readonly paced?: number;
  readonly headers?: Headers;
  readonly atLeastSeconds?: number;
};

/** `floor`: true if the floor is measured too. `profiled`: true if `--profile` reports this row. */
export type Row = Sending & {
  readonly name: string;
  readonly title: string;
  readonly floor?: boolean;
  readonly profiled?: boolean;
};

const ASYNC = { prefer: 'respond-async' };

/** The loads to measure, the lightest first: a light load disturbs the measurements after it least. */
export const ROWS: readonly Row[] = [
  { name: '1', title: 'one at a time', loop: { connections: 1 }, batch: 10, floor: true, profiled: true },
  { name: '1-async', title: '  respond-async, 202', loop: { connections: 1 }, batch: 10, headers: ASYNC },
  { name: '5/s', title: '5 a second, open loop', loop: { perSecond: 5 }, batch: 10, atLeastSeconds: 10 },
  { name: '200/s', title: '200 a second, open loop', loop: { perSecond: 200 }, batch: 10, floor: true },
  { name: '32', title: '32 connections', loop: { connections: 32 }, batch: 10, floor: true },
  { name: '32-single', title: '  one status a webhook', loop: { connections: 32 }, batch: 1, floor: true },
  {
    name: '128',
    title: '128 connections',
    loop: { connections: 128 },
    batch: 10,
    floor: true,
    profiled: true,
  },
  { name: '128-single', title: '  one status a webhook', loop: { connections: 128 }, batch: 1, floor: true },
  {
    name: 'accepted',
    title: 'accepted, 202',
    loop: { connections: 128 },
    batch: 10,
    paced: 10,
    headers: ASYNC,
  },
];
