const ASYNC = { prefer: 'respond-async' };

/**
 * The measured rows of sends, lightest load first, since it disturbs later rows least. Closed loops have `connections`,
 * open ones `perSecond`. `batch`: most statuses per webhook. `paced`: sends per second that may leave meanwhile. `floor`:
 * the floor is measured too. `profiled`: a profile is read.
 */
export const ROWS = [
  { name: '1', title: 'one at a time', connections: 1, batch: 10, floor: true, profiled: true },
  { name: '1-async', title: '  respond-async, 202', connections: 1, batch: 10, headers: ASYNC },
  { name: '5/s', title: '5 a second, open loop', perSecond: 5, batch: 10, atLeastSeconds: 10 },
  { name: '200/s', title: '200 a second, open loop', perSecond: 200, batch: 10, floor: true },
  { name: '32', title: '32 connections', connections: 32, batch: 10, floor: true },
  { name: '32-single', title: '  one status a webhook', connections: 32, batch: 1, floor: true },
  { name: '128', title: '128 connections', connections: 128, batch: 10, floor: true, profiled: true },
  { name: '128-single', title: '  one status a webhook', connections: 128, batch: 1, floor: true },
  { name: 'accepted', title: 'accepted, 202', connections: 128, batch: 10, paced: 10, headers: ASYNC },
];
