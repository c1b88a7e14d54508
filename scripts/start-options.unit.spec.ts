import { describe, expect, it } from '@jest/globals';
import { startOptions } from './start-options.mjs';

type Env = Readonly<Record<string, string>>;

const USUAL = { fresh: false, verbose: false, port: 3000 };

describe('npm start', () => {
  it.each<[string[], Env, typeof USUAL]>([
    [[], {}, USUAL],
    [['--fresh', '--verbose'], { PORT: '65535' }, { fresh: true, verbose: true, port: 65_535 }],
    [[], { npm_config_loglevel: 'verbose' }, { ...USUAL, verbose: true }],
    [[], { npm_config_loglevel: 'notice', npm_config_fresh: '' }, USUAL],
    [[], { DATABASE_URL: 'postgresql://u:p@db/wbiz', CLOUD_API_URL: 'http://127.0.0.1:4000' }, USUAL],
  ])('takes %j with %j', (words, env, options) => expect(startOptions(words, env)).toEqual(options));

  it.each([[['--help']], [['--fresh', '--help']]])('answers %j with what there is', (words) => {
    expect(startOptions(words, { PORT: 'abc' })).toEqual({
      help: expect.stringMatching(/--fresh.*--verbose/s),
    });
  });

  it.each<[string[], Env, string]>([
    [['--frsh'], {}, '--frsh is no option'],
    [[], { npm_config_fresh: 'true' }, 'write npm start -- --fresh'],
    ...['abc', '', '0', '65536', '-1', '3000.5', '3e3'].map((PORT): [string[], Env, string] => [
      [],
      { PORT },
      'PORT must be',
    ]),
    ...['abc', 'db:5432', 'http://db/wbiz'].map((url): [string[], Env, string] => [
      [],
      { DATABASE_URL: url },
      'DATABASE_URL must be',
    ]),
    ...['abc', 'graph.facebook.com', 'ftp://x'].map((url): [string[], Env, string] => [
      [],
      { CLOUD_API_URL: url },
      'CLOUD_API_URL must be',
    ]),
  ])('refuses %j with %j by one line', (words, env, said) => {
    const refused = expect.objectContaining({ name: 'SetupError', message: expect.stringContaining(said) });
    expect(() => startOptions(words, env)).toThrow(refused);
  });

  it('does not show the password in a URL of Postgres', () =>
    expect(() => startOptions([], { DATABASE_URL: 'postgress://u:geheim@db' })).toThrow(/^(?!.*geheim)/));
});
