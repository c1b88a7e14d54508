import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '@wbiz/testing/stack';
// @boundaries-ignore the tests run the processes as npm start does
import { sharing } from '../../scripts/apps.ts';
import { chromiumPath, visit, type Visit } from './browser.js';
import { ok } from './api-client.js';
import { startSystem, type System } from './system.js';

const CONVERSATIONS = 10_000;
const AT_ONCE = 50;
/** The longest that a task may block the page, in ms: 295 seen on a busy machine; drawing all rows at once takes seconds. */
const LONGEST_TASK = 500;

const chromium = chromiumPath();
if (!chromium)
  console.warn('console: Chromium not found by CHROMIUM or on the PATH; skipping the tests of the console');

(chromium ? describe : describe.skip)('an inbox of 10,000 conversations', () => {
  let system: System;
  let visitor: Visit;
  let account: string;

  beforeAll(async () => {
    system = await startSystem({ together: sharing('') });
    visitor = await visit(chromium!, new URL(system.baseUrl).origin);
    const { accountId, ...api } = await system.connect();
    account = accountId;
    for (let from = 0; from < CONVERSATIONS; from += AT_ONCE)
      await Promise.all(
        Array.from({ length: AT_ONCE }, (_, index) =>
          system.control('POST', '/inbound', {
            from: `+${14_152_000_000 + from + index}`,
            name: `Person ${from + index}`,
            message: { type: 'text', text: { body: `Hello, I am number ${from + index}` } },
          }),
        ),
      );
    const last = `Person ${CONVERSATIONS - 1}`;
    await until(
      async () =>
        ok(
          await api.get<{ data: unknown[] }>(
            `/v1/conversations?${new URLSearchParams({ search: last }).toString()}`,
          ),
        ).data.length > 0,
      { timeoutMs: 600_000, describe: `the conversation with ${last}` },
    );
  }, 900_000);
  afterAll(async () => {
    await visitor?.close();
    await system?.stop();
  });

  it('scrolls to its end without a task that blocks the page noticeably', async () => {
    const { page, faults } = await visitor.sitDown();
    await page.addInitScript(`
      window.tasks = [];
      new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration)))
        .observe({ entryTypes: ['longtask'] });
    `);
    await page.goto(`${new URL(system.baseUrl).origin}/console`);
    await page.getByLabel("Operators' token").fill(system.adminToken);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { level: 1, name: 'Accounts' }).waitFor();
    await page.goto(`${new URL(system.baseUrl).origin}/console/accounts/${account}/inbox`);
    const list = page.getByRole('list', { name: 'Conversations' });
    await list.getByRole('link').first().waitFor();
    await page.evaluate('tasks.length = 0');
    await list.hover();
    const shown = async () =>
      Number(await list.getByRole('listitem').last().getAttribute('aria-posinset')) === CONVERSATIONS;
    await until(
      async () => {
        for (let turns = 0; turns < 20; turns += 1) await page.mouse.wheel(0, 2_000);
        return shown();
      },
      { timeoutMs: 300_000, describe: 'the oldest conversation' },
    );
    expect(await list.getByRole('listitem').count()).toBeLessThan(100);
    const tasks = await page.evaluate<number[]>('tasks');
    console.log({ longTasks: tasks.length, longestMs: Math.max(0, ...tasks) });
    expect(Math.max(0, ...tasks)).toBeLessThan(LONGEST_TASK);
    expect(faults).toEqual([]);
  });
});
