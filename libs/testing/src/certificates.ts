import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/**
 * Makes an authority in `dir` and, for each name, a certificate for 127.0.0.1 and localhost, with openssl: the files
 * `ca.pem`, `<name>.pem` and `<name>.key`.
 */
export async function certificatesIn(dir: string, names: readonly string[]) {
  const openssl = (...args: string[]) => run('openssl', args, { cwd: dir });
  await openssl(
    'req',
    '-x509',
    ...KEY,
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-days',
    '2',
    '-subj',
    '/CN=specs',
  );
  await writeFile(join(dir, 'names.txt'), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
  const files = new Map<string, { cert: Buffer; key: Buffer }>();
  for (const name of names) {
    const [key, request, cert] = [`${name}.key`, `${name}.csr`, `${name}.pem`];
    await openssl('req', ...KEY, '-keyout', key, '-out', request, '-subj', `/CN=${name}`);
    const by = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'names.txt'];
    await openssl('x509', '-req', '-in', request, ...by, '-days', '2', '-out', cert);
    files.set(name, { cert: await readFile(join(dir, cert)), key: await readFile(join(dir, key)) });
  }
  return { dir, ca: await readFile(join(dir, 'ca.pem')), of: (name: string) => files.get(name)! };
}
