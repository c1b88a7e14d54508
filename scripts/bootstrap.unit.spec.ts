import { expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

it('counts from the first process of a start, which installs', () => {
  const dir = mkdtempSync(join(tmpdir(), 'wbiz-bootstrap-'));
  const script = join(dir, 'script.mjs');
  writeFileSync(
    script,
    `import { fileURLToPath } from 'node:url';
     import { began, prepare } from ${JSON.stringify(new URL('bootstrap.mjs', import.meta.url).href)};
     await prepare(fileURLToPath(import.meta.url));
     console.log(Date.now() - began, Date.now() - performance.timeOrigin);`,
  );
  const slow = 'data:text/javascript,await new Promise((done) => setTimeout(done, 700))';
  // A value from the environment, which must be ignored.
  const env = { ...process.env, NODE_OPTIONS: '', WBIZ_BEGAN: '1' };
  const printed = execFileSync(process.execPath, ['--import', slow, script], { env, encoding: 'utf8' });
  const [sinceFirst, sinceSecond] = printed.trim().split(' ').map(Number);
  expect(sinceFirst).toBeGreaterThan(sinceSecond! + 700);
  expect(sinceFirst).toBeLessThan(10_000);
  rmSync(dir, { recursive: true });
});
