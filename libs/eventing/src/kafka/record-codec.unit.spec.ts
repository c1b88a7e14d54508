import { createRequire } from 'node:module';
import { expect, it } from '@jest/globals';
import { crc32c, decodeRecord, encodeRecord, quickenRecords } from './record-codec.js';

const load = createRequire(import.meta.url);
const theirs = {
  encode: load('kafkajs/src/protocol/recordBatch/record/v0/index.js') as (record: object) => {
    buffer: Buffer;
  },
  decode: load('kafkajs/src/protocol/recordBatch/record/v0/decoder.js') as typeof decodeRecord,
  crc32c: load('kafkajs/src/protocol/recordBatch/crc32C/index.js') as typeof crc32c,
  Decoder: load('kafkajs/src/protocol/decoder.js') as new (bytes: Buffer) => {
    buffer: Buffer;
    readVarIntBytes(): Buffer;
  },
};
const context = { firstOffset: '0', firstTimestamp: '1764000000000', magicByte: 2 };

const records: [string, Parameters<typeof encodeRecord>[0]][] = [
  ['without key, value and headers', { key: null, value: null }],
  ['with empty texts', { key: '', value: '', headers: { '': '' } }],
  [
    'with bytes',
    { key: Buffer.from([0, 255]), value: Buffer.from([1, 2]), headers: { a: Buffer.from([200]) } },
  ],
  ['with texts', { key: 'Zoë', value: 'ключ 🙂', headers: { ce_id: 'evt_1', 'contenu-é': 'ça' } }],
  ['with a header twice', { key: 'k', value: 'v', headers: { a: ['1', '2', '3'], b: ['x'] } }],
  [
    'with 40 headers',
    {
      key: 'k',
      value: 'v',
      headers: Object.fromEntries([...Array(40).keys()].map((n) => [`h${n}`, 'x'.repeat(n)])),
    },
  ],
  ['in the middle of a batch', { key: 'k', value: 'v', offsetDelta: 63, timestampDelta: 64 }],
  ['far in a batch', { key: 'k', value: 'v', offsetDelta: 2 ** 30, timestampDelta: 2 ** 40 }],
  ['older than the first', { key: 'k', value: 'v', offsetDelta: 1, timestampDelta: -(2 ** 33) }],
  ...[63, 64, 8_191, 8_192, 70_000].map((length): [string, Parameters<typeof encodeRecord>[0]] => [
    `of ${length} bytes`,
    { key: 'k', value: 'v'.repeat(length) },
  ]),
];

const bytes = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(bytes) : typeof value === 'string' ? Buffer.from(value) : value;

it.each(records)('a record %s is written and read as by kafkajs', (_, record) => {
  const written = theirs.encode(record).buffer;
  expect(encodeRecord(record).buffer.equals(written)).toBe(true);

  const body = () => new theirs.Decoder(new theirs.Decoder(written).readVarIntBytes());
  const ours = decodeRecord(body(), context);
  const headers = Object.fromEntries(Object.entries(ours.headers).map(([name, one]) => [name, bytes(one)]));
  expect({ ...ours, headers }).toEqual(theirs.decode(body(), context));
});

it('a header of ASCII is read as text, another as bytes', () => {
  const { buffer } = encodeRecord({ key: null, value: null, headers: { a: 'plain', b: 'ë' } });
  const { headers } = decodeRecord(new theirs.Decoder(new theirs.Decoder(buffer).readVarIntBytes()), context);
  expect(headers).toEqual({ a: 'plain', b: Buffer.from('ë') });
});

it.each(['__proto__', 'constructor', 'toString'])('a header named %s is one like any other', (name) => {
  const headers = JSON.parse(`{"${name}":"x"}`) as Record<string, string>;
  const { buffer } = encodeRecord({ key: null, value: null, headers });
  const read = decodeRecord(new theirs.Decoder(new theirs.Decoder(buffer).readVarIntBytes()), context);
  expect(Object.entries(read.headers)).toEqual([[name, 'x']]);
});

it('offsets beyond what a double holds, and times of the broker', () => {
  const { buffer } = encodeRecord({ key: null, value: null, offsetDelta: 3, timestampDelta: 5 });
  const body = new theirs.Decoder(new theirs.Decoder(buffer).readVarIntBytes());
  const far = { ...context, firstOffset: '9007199254740993', timestampType: 1, maxTimestamp: '17' };
  expect(decodeRecord(body, far)).toMatchObject({ offset: '9007199254740996', timestamp: '17' });
});

it('the checksum is that of the standard, and of kafkajs for every length', () => {
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  const bytes = Buffer.from(Array.from({ length: 300 }, (_, at) => (at * 151 + 7) & 255));
  for (let to = 0; to <= bytes.length; to += 1)
    expect(crc32c(bytes.subarray(to % 5, to))).toBe(theirs.crc32c(bytes.subarray(to % 5, to)));
});

it('kafkajs uses them', () => {
  quickenRecords();
  expect(load('kafkajs/src/protocol/recordBatch/record/v0/index.js')).toBe(encodeRecord);
  expect(load('kafkajs/src/protocol/recordBatch/record/v0/decoder.js')).toBe(decodeRecord);
  expect(load('kafkajs/src/protocol/recordBatch/crc32C/index.js')).toBe(crc32c);
});
