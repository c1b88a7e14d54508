import { expect, it } from '@jest/globals';
import { HostLimits } from './host-limits.js';

const HOST = 'hooks.example.com';
const nobody = (): void => undefined;
const immediately = () => new Promise((resolve) => setImmediate(resolve));
const takeAll = (hosts: HostLimits, accountId: string, wake = nobody) => {
  let taken = 0;
  while (hosts.take(HOST, accountId, wake)) taken += 1;
  return taken;
};

it('one account has half of a host, and the others have the rest', () => {
  const hosts = new HostLimits(8);
  expect(takeAll(hosts, 'slow')).toBe(4);
  expect(takeAll(hosts, 'other')).toBe(4);
  expect(takeAll(hosts, 'third')).toBe(0);
  expect(hosts.take('elsewhere.example.com', 'slow', nobody)).toBe(true);
});

it('a place goes to the one that has waited longest and may have it', async () => {
  const hosts = new HostLimits(4);
  const woken: string[] = [];
  const wanting = (accountId: string) => () => {
    woken.push(accountId);
    hosts.take(HOST, accountId, nobody);
  };
  takeAll(hosts, 'slow', wanting('slow'));
  takeAll(hosts, 'other', wanting('other'));
  hosts.take(HOST, 'third', wanting('third'));
  hosts.give(HOST, 'other');
  await immediately();
  expect(woken).toEqual(['other']);
  hosts.give(HOST, 'other');
  await immediately();
  expect(woken).toEqual(['other', 'third']);
});

it('a place that is not wanted any more goes to the next', async () => {
  const hosts = new HostLimits(2);
  takeAll(hosts, 'one');
  takeAll(hosts, 'two');
  let taken = false;
  hosts.take(HOST, 'ended', nobody);
  hosts.take(HOST, 'third', () => (taken = hosts.take(HOST, 'third', nobody)));
  hosts.give(HOST, 'one');
  await immediately();
  expect(taken).toBe(true);
});
