import { expect, it } from '@jest/globals';
import type { RecordedEvent } from '@wbiz/eventing/aggregate';
import type { Commit } from '@wbiz/eventing/postgres/round';
import { createLogger } from './logging.js';
import { runWork } from './run-work.js';
import { Shutdown } from './shutdown.js';

const event = (type: string): RecordedEvent => ({
  type,
  data: {},
  id: 'evt_1',
  accountId: 'acc_1',
  stream: 'one',
  version: 1,
  time: new Date(0),
});

it('runs from now on, is woken by the events that make work, and stops with the process', async () => {
  const calls: string[] = [];
  const work = {
    start: () => void calls.push('start'),
    wake: () => void calls.push('wake'),
    stop: () => Promise.resolve(void calls.push('stop')),
  };
  const listeners: ((commit: Commit) => void)[] = [];
  const store = { onCommitted: (listener: (commit: Commit) => void) => void listeners.push(listener) };
  const shutdown = new Shutdown(createLogger({ service: 't', replica: 't', level: 'fatal' }));
  runWork({ shutdown }, 'parcels', work, { store, by: ({ type }) => type === 'parcel.sent' });
  expect(calls).toEqual(['start']);
  const commit = (...types: string[]) =>
    listeners.forEach((listener) => listener({ events: types.map(event), published: true }));
  commit('letter.sent');
  commit();
  expect(calls).toEqual(['start']);
  commit('letter.sent', 'parcel.sent', 'parcel.sent');
  expect(calls).toEqual(['start', 'wake']);
  await shutdown.run();
  expect(calls).toEqual(['start', 'wake', 'stop']);
});
