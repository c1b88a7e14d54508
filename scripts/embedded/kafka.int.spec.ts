import { afterAll, expect, it, jest } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKafka } from './kafka.ts';

jest.setTimeout(60_000);
const dir = mkdtempSync(join(tmpdir(), 'wbiz-kafka-'));
afterAll(() => rmSync(dir, { recursive: true }));

it('the embedded Kafka keeps its data readable for its owner only, also after an earlier start that did not', async () => {
  const dataDir = join(dir, 'kafka');
  mkdirSync(dataDir);
  for (const open of [dir, dataDir]) chmodSync(open, 0o755);
  const { stop } = await startKafka({ dataDir, logFile: join(dir, 'kafka.log') });
  try {
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    if (process.getuid?.() !== 0) return;
    const nobody = { uid: 65_534, gid: 65_534, stdio: 'pipe' } as const;
    expect(() => execFileSync('ls', [join(dataDir, 'log')], nobody)).toThrow('Permission denied');
  } finally {
    await stop();
  }
});
