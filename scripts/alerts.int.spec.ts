import { expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findPromtool } from './promtool.ts';

const cwd = fileURLToPath(new URL('../deploy/observability', import.meta.url));
const promtool = await findPromtool();
if (!promtool)
  process.stderr.write(
    'alerts: promtool is not on the PATH and could not be downloaded from Debian; skipping the tests of the alerts\n',
  );
const tried = promtool ? it : it.skip;
const run = (...args: string[]) => promisify(execFile)(promtool!, args, { cwd });

tried('the alerts are rules of Prometheus', async () => {
  expect((await run('check', 'rules', 'alerts.yaml')).stdout).toMatch(/SUCCESS: [1-9]\d* rules found/);
});

tried('each fires when it should, and is silent when it should', async () => {
  expect((await run('test', 'rules', 'alerts.test.yaml')).stdout).toMatch(/SUCCESS/);
});
