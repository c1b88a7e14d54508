import { text } from 'node:stream/consumers';
import { WbizError } from '@wbiz/sdk/wbiz-error';
import { helpOn } from './cli-help.js';
import { installation, readArgs, Usage, type Surroundings } from './command-line.js';
import { DEVELOPER_VERBS } from './developer-verbs.js';
import { askAll } from './operator-client.js';
import { OPERATOR_VERBS } from './operator-verbs.js';

/**
 * Runs one command. Resolves to the exit code (1: refused, unreachable or incomplete; 2: wrong usage) and the texts for
 * stdout and stderr.
 */
export async function runCli(args: readonly string[], around: Surroundings) {
  const verb = args.slice(0, 2).join(' ');
  const known = Object.hasOwn(OPERATOR_VERBS, verb) ? OPERATOR_VERBS[verb] : undefined;
  if (args.length === 0 || args.includes('--help') || args.includes('-h') || args[0] === 'help')
    return { code: 0, out: helpOn(args[0] === 'help' ? args.slice(1) : args), err: '' };
  const developers = [verb, args[0]!].find((one) => Object.hasOwn(DEVELOPER_VERBS, one));
  try {
    if (developers !== undefined) {
      await runDeveloperVerb(developers, args, around);
      return { code: 0, out: '', err: '' };
    }
    if (!known) throw new Usage(`there is no command "${verb}"`);
    const { operands, given } = readArgs(known, args.slice(2));
    const request = await known.request(operands.map(encodeURIComponent), given, around);
    const answer = await askAll(installation(around, 'WBIZ_ADMIN_TOKEN'), request);
    const out = known.print && !given['json'] ? known.print(answer) : `${JSON.stringify(answer, null, 2)}\n`;
    return { code: known.isUndone?.(answer) ? 1 : 0, out: answer === undefined ? '' : out, err: '' };
  } catch (error) {
    const usage = error instanceof Usage;
    return {
      code: usage ? 2 : 1,
      out: '',
      err: `wbiz: ${messageOf(error)}\n${usage ? 'wbiz --help tells more.\n' : ''}`,
    };
  }
}

/** Runs a command that prints while it runs. */
function runDeveloperVerb(verb: string, args: readonly string[], around: Surroundings): Promise<void> {
  const { run, ...expected } = DEVELOPER_VERBS[verb]!;
  const { operands, given } = readArgs(expected, args.slice(verb.split(' ').length));
  return run(operands, given, around);
}

const messageOf = (error: unknown) =>
  error instanceof WbizError ? `${error.status} ${error.code}: ${error.message}` : (error as Error).message;

/** Entry point of `wbiz`. */
export async function main(): Promise<void> {
  process.stdout.on('error', () => process.exit(1)); // the program that reads the pipe has ended
  const stdin = () => (process.stdin.isTTY ? Promise.resolve('') : text(process.stdin));
  const { code, out, err } = await runCli(process.argv.slice(2), {
    env: process.env,
    cwd: process.cwd(),
    stdin,
  });
  process.stdout.write(out);
  process.stderr.write(err);
  process.exitCode = code;
}
