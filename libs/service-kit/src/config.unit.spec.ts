import { describe, expect, it } from '@jest/globals';
import {
  address,
  addresses,
  environmentOf,
  flag,
  type InvalidConfig,
  key,
  mediaStore,
  namesOf,
  oneOf,
  port,
  proxies,
  readConfig,
  settingsMarkdown,
  someOf,
  text,
  url,
  whole,
} from './config.js';

const table = {
  HOST: text()({ description: 'Where.', fallback: '127.0.0.1', example: '0.0.0.0' }),
  PORT: port({ description: 'Port.', example: '3000' }),
  NOTE: text()({ description: 'Note.', optional: true, example: 'x' }),
  TOKEN: text(16)({ description: 'Token.', secret: true, example: 'openssl rand -hex 32' }),
};

const faultsOf = (env: NodeJS.ProcessEnv) => {
  try {
    readConfig(table, env);
    return [];
  } catch (error) {
    return (error as InvalidConfig).message.split('\n');
  }
};

describe('readConfig', () => {
  it('types what it reads, fills in what has a default, trims', () => {
    const config = readConfig(table, { PORT: ' 3001 ', TOKEN: '0123456789abcdef', HOST: '' });
    expect(config).toEqual({ HOST: '127.0.0.1', PORT: 3001, NOTE: undefined, TOKEN: '0123456789abcdef' });
  });

  it('lists every fault with what is wrong, what is expected and an example, and no secret', () => {
    const lines = faultsOf({ PORT: '80a', TOKEN: 'my-secret' });
    expect(lines).toEqual([
      '2 settings are wrong:',
      '  PORT   is "80a"; expected a port from 1 to 65535, e.g. 3000',
      '  TOKEN  is set to something else; expected at least 16 characters, e.g. openssl rand -hex 32',
    ]);
    expect(faultsOf({ TOKEN: '0123456789abcdef' })[1]).toContain('PORT  is missing; expected a port');
  });
});

it('environmentOf gives a service what has its name before it, in the place of what all share', () => {
  const shared = {
    RPC_PORT: '1',
    CONTACTS_RPC_PORT: '2',
    TEMPLATES_RPC_PORT: '3',
    REPLICA: 'a',
    CONTACTS_REPLICA: '',
  };
  expect(environmentOf('contacts', shared)).toMatchObject({ RPC_PORT: '2', REPLICA: '' });
  expect(environmentOf('webhooks', shared)).toMatchObject({ RPC_PORT: '1', REPLICA: 'a' });
});

const bytes = Buffer.alloc(32, 7);
const plain = { description: '', example: '' };
it.each([
  [
    'port',
    port(plain),
    {
      '1': 1,
      '65535': 65535,
      '0': undefined,
      '65536': undefined,
      '-1': undefined,
      '1e3': undefined,
      ' ': undefined,
    },
  ],
  ['whole', whole(4, 10)(plain), { '4': 4, '10': 10, '3': undefined, '11': undefined, '4.5': undefined }],
  ['flag', flag(plain), { true: true, false: false, yes: undefined, '1': undefined, toString: undefined }],
  ['oneOf', oneOf(['a', 'b'])(plain), { a: 'a', b: 'b', c: undefined, A: undefined }],
  [
    'someOf',
    someOf(['a', 'b', 'c'])(plain),
    { a: ['a'], 'c, a': ['c', 'a'], 'a,a': undefined, 'a,': undefined, 'a,d': undefined },
  ],
  [
    'namesOf',
    namesOf(['a', 'b'])(plain),
    {
      'a=x,b=y': { a: 'x', b: 'y' },
      'b=y, a=x': { a: 'x', b: 'y' },
      'a=x': undefined,
      'a=x,b=': undefined,
      'a=x,a=y': undefined,
      'a=x,b=y,c=z': undefined,
      'a=x,b=y=z': undefined,
    },
  ],
  [
    'url',
    url('http', 'https')(plain),
    {
      'http://a:1/': 'http://a:1',
      'https://a/b': 'https://a/b',
      'ftp://a': undefined,
      'a:1': undefined,
      'http:': undefined,
    },
  ],
  [
    'address',
    address(plain),
    {
      'a:1': 'a:1',
      '[::1]:80': '[::1]:80',
      a: undefined,
      'a:0': undefined,
      'a:65536': undefined,
      'http://a:1': undefined,
    },
  ],
  [
    'addresses',
    addresses(plain),
    { 'a:1': ['a:1'], 'a:1, b:2': ['a:1', 'b:2'], 'a:1,': undefined, 'a:1,b': undefined },
  ],
  [
    'proxies',
    proxies(plain),
    {
      '1': 1,
      '16': 16,
      '0': undefined,
      '17': undefined,
      true: undefined,
      '10.0.0.1': ['10.0.0.1'],
      '10.0.0.0/8, 127.0.0.1,fd00::/8,::1': ['10.0.0.0/8', '127.0.0.1', 'fd00::/8', '::1'],
      '0.0.0.0/0': undefined,
      '10.0.0.0/33': undefined,
      '::/129': undefined,
      '10.0.0': undefined,
      '10.0.0.1,': undefined,
      'proxy.example.com': undefined,
    },
  ],
  [
    'mediaStore',
    mediaStore(plain),
    {
      '/var/lib/my media': 'file:///var/lib/my%20media',
      'file:///var/lib/media': 'file:///var/lib/media',
      's3://bucket/prefix?region=eu-west-1': 's3://bucket/prefix?region=eu-west-1',
      'file://host/media': undefined,
      's3:///prefix': undefined,
      media: undefined,
      'https://bucket.s3.amazonaws.com': undefined,
    },
  ],
  [
    'key',
    key(plain),
    {
      [bytes.toString('base64')]: bytes,
      [bytes.toString('base64').replace('=', '')]: bytes,
      [bytes.toString('hex')]: undefined,
      short: undefined,
    },
  ],
] as const)('%s reads what it says and nothing else', (_, setting, cases) => {
  for (const [given, value] of Object.entries(cases))
    expect([given, setting.read(given)]).toEqual([given, value]);
});

it('shows the table as Markdown', () => {
  expect(settingsMarkdown(table).split('\n').slice(2)).toEqual([
    '| `HOST` | Where. | `127.0.0.1` | `0.0.0.0` |',
    '| `PORT` | Port. | required | `3000` |',
    '| `NOTE` | Note. | none | `x` |',
    '| `TOKEN` | Token. | required | `openssl rand -hex 32` |',
  ]);
});
