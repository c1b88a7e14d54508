import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const END = '\0';
/** A request that is refused fails, and what it is answered with is shown. */
const CURL = 'curl() { command curl -s --fail-with-body "$@"; }';

/** A shell that commands are pasted into, one block after the other; the first that fails ends it. */
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
    /** Resolves with what the commands print. */
    paste: async (code: string): Promise<string> => {
      [pasted, printed, done] = [code, '', Promise.withResolvers()];
      // From a file: what a command reads from its standard input is none of the commands behind it.
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
