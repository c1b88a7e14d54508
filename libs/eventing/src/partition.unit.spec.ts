import { expect, it } from '@jest/globals';
import { Partitioners } from 'kafkajs';
import { murmur2, partitionOf } from './partition.js';

it.each([
  // These values are from Kafka's own UtilsTest.
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
])('hashes %s as Kafka does', (key, hash) => {
  expect(murmur2(Buffer.from(key))).toBe(hash);
});

it('spreads accounts over all partitions', () => {
  const accounts = Array.from({ length: 1_200 }, (_, index) => `acc_${index}`);
  const counts = new Array<number>(12).fill(0);
  for (const account of accounts) counts[partitionOf(account, 12)]! += 1;
  expect(Math.min(...counts)).toBeGreaterThan(60);
  expect(partitionOf('acc_7', 1)).toBe(0);
});

it.each(['', 'acc_1', 'Zoë', '🙂🙂', 'x'.repeat(199), 'ё'.repeat(200), 'ё'.repeat(201), 'x'.repeat(5_000)])(
  'agrees with the default partitioner of a Kafka client: %s',
  (key) => {
    const partitionMetadata = Array.from({ length: 12 }, (_, partitionId) => ({ partitionId, leader: 1 }));
    const theirs = Partitioners.DefaultPartitioner()({
      topic: 't',
      partitionMetadata: partitionMetadata as never,
      message: { key, value: null },
    });
    expect(partitionOf(key, 12)).toBe(theirs);
  },
);
