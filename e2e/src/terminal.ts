import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const END = '\0';
/** Redefines curl: it exits with an error if the HTTP status is 400 or higher, and still prints the answer. */
const CURL = 'curl() { command curl -s --fail-with-body "$@"; }';

/** Starts a shell that runs pasted blocks of commands. The first command that fails ends the shell. */
export async function terminal(cwd: string, env: NodeJS.ProcessEnv) {
  const bash = spawn('bash', ['-euo', 'pipefail'], { cwd, env });
  await once(bash, 'spawn');
  let pasted = '';
  let printed = '';
  let done = Promise.withResolvers<string>();
  for (const stream of [bash.stdout, bash.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      if (printed.includes(END)) done.resolve(printed.replace(END, ''));
    });
  const closed = once(bash, 'close').then(() =>
    done.reject(new Error(`${pasted}\nended with ${bash.exitCode}:\n${printed}`)),
  );
  return {
    /** Runs the commands; resolves to what they print. */
    paste: async (code: string): Promise<string> => {
      [pasted, printed, done] = [code, '', Promise.withResolvers()];
      // Runs them from a file: a command that reads standard input would read the commands after it as input.
      await writeFile(join(cwd, '.pasted'), `${CURL}\n${code}\n`);
      bash.stdin.write(`. ./.pasted </dev/null; printf '\\0'\n`);
      return done.promise;
    },
    end: async () => {
      done.resolve('');
      bash.kill('SIGKILL');
      await closed;
    },
  };
}
