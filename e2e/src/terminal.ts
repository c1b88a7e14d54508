import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const END = '\0';
/** curl that fails on a refused request and shows the answer. */
const CURL = 'curl() { command curl -s --fail-with-body "$@"; }';

/** A shell to paste blocks of commands into. The first failing command ends it. */
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
    /** Resolves with the commands' output. */
    paste: async (code: string): Promise<string> => {
      [pasted, printed, done] = [code, '', Promise.withResolvers()];
      // From a file: a command that reads standard input must not swallow the commands after it.
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
