import { expect, it } from '@jest/globals';
import { FailedSignIns, networkOf } from './failed-sign-ins.js';

const fail = (signIns: FailedSignIns, address: string, times: number) => {
  for (let time = 0; time < times; time += 1) signIns.failed(address);
};

it('refuses an address from its tenth failure until a minute after the first', () => {
  let now = 1_000_000;
  const signIns = new FailedSignIns(() => now);
  fail(signIns, '192.0.2.1', 9);
  expect(signIns.waitOf('192.0.2.1')).toBe(0);
  now += 20_500;
  signIns.failed('192.0.2.1');
  expect(signIns.waitOf('192.0.2.1')).toBe(40);
  expect(signIns.waitOf('192.0.2.2')).toBe(0);
  now += 39_500;
  expect(signIns.waitOf('192.0.2.1')).toBe(0);
  signIns.failed('192.0.2.1');
  expect(signIns.waitOf('192.0.2.1')).toBe(0);
});

it('remembers a bounded number of addresses', () => {
  const signIns = new FailedSignIns(() => 0);
  fail(signIns, '192.0.2.1', 10);
  for (let host = 0; host < 9_999; host += 1) signIns.failed(`10.0.${host >> 8}.${host & 255}`);
  expect(signIns.waitOf('192.0.2.1')).toBe(60);
  signIns.failed('10.1.0.0');
  expect(signIns.waitOf('192.0.2.1')).toBe(0);
});

it.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:DB8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8:0001:2::1', '2001:db8:1:2'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
])('takes %s as %s', (address, network) => expect(networkOf(address)).toBe(network));
