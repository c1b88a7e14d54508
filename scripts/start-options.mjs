import { SetupError } from './say.mjs';

const HIGHEST_PORT = 65_535;
const URLS = {
  DATABASE_URL: {
    protocols: ['postgres:', 'postgresql:'],
    example: 'postgres://user:password@127.0.0.1:5432/wbiz',
  },
  CLOUD_API_URL: { protocols: ['http:', 'https:'], example: 'https://graph.facebook.com' },
};

const HELP = `npm start [-- --fresh] [-- --verbose]: brings everything up on this machine and keeps it up.

  --fresh    begin anew: the data of earlier starts goes
  --verbose  show what every service logs
  --help     show this

Write the two dashes before an option: without them npm uses it as its own. From the environment: PORT (3000) of the API, and
KAFKA_BROKERS, DATABASE_URL, CLOUD_API_URL, MEDIA_STORE to be used instead of what is started. More in docs/settings.md.`;

/**
 * Reads the options of `npm start` from its arguments and the environment.
 *
 * @param {readonly string[]} words
 * @param {Readonly<Record<string, string | undefined>>} env
 * @throws {SetupError} if an argument or a variable is wrong; says what to write instead
 * @returns {{ help: string } | { fresh: boolean, verbose: boolean, port: number }}
 */
export function startOptions(words, env) {
  if (words.includes('--help')) return { help: HELP };
  const unknown = words.find((word) => !['--fresh', '--verbose'].includes(word));
  if (unknown)
    throw new SetupError(
      `${unknown} is no option: there are --fresh (begin anew), --verbose (show all logs) and --help.`,
    );
  if (env.npm_config_fresh)
    throw new SetupError('npm keeps --fresh for itself: write npm start -- --fresh. Nothing was started.');
  const { PORT = '3000' } = env;
  if (!/^\d{1,5}$/.test(PORT) || Number(PORT) < 1 || Number(PORT) > HIGHEST_PORT)
    throw new SetupError(`PORT must be a whole number from 1 to ${HIGHEST_PORT}; it is "${PORT}".`);
  for (const [name, { protocols, example }] of Object.entries(URLS))
    // The message does not show the value, since a Postgres URL holds a password.
    if (env[name] && !(URL.canParse(env[name]) && protocols.includes(new URL(env[name]).protocol)))
      throw new SetupError(`${name} must be a URL such as ${example}.`);
  return {
    fresh: words.includes('--fresh'),
    // For `npm start --verbose` without the two dashes: npm takes --verbose as its own log level, in npm_config_loglevel.
    verbose: words.includes('--verbose') || ['verbose', 'silly'].includes(env.npm_config_loglevel ?? ''),
    port: Number(PORT),
  };
}
