import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '@wbiz/testing/stack';
import type { Page } from 'playwright-core';
import { Webhook } from 'standardwebhooks';
// @boundaries-ignore the tests run the processes as npm start does
import { sharing } from '../../scripts/apps.ts';
import { chromiumPath, faultsOf, meter, visit, type Visit } from './browser.js';
import { people } from './campaign-kills.js';
import { receiver, type Receiver } from './webhook-receiver.js';
import { ok } from './api-client.js';
import { PERSON, startSystem, type System } from './system.js';

/** Most bytes that the browser may receive, API answers included, until the list of accounts shows. */
const MOST_BYTES = 200_000;
/** Most time until the list of accounts shows: it takes under 1 s on a quiet machine and longer on a busy one. */
const USABLE_MS = 3_000;
const PEOPLE = 200;
const KEY = 'The shop';

const chromium = chromiumPath();
if (!chromium)
  console.warn('console: Chromium not found by CHROMIUM or on the PATH; skipping the tests of the console');

(chromium ? describe : describe.skip)('in a browser, from nothing', () => {
  let system: System;
  let origin: string;
  let visitor: Visit;
  let operator: Awaited<ReturnType<Visit['sitDown']>>;
  let page: Page;
  let reference: Page;
  let hooks: Receiver;
  let account: string;
  let apiKey: string;
  let secret: string;

  beforeAll(async () => {
    system = await startSystem({ together: sharing('') });
    origin = new URL(system.baseUrl).origin;
    await system.webhooksTo(system.baseUrl);
    hooks = await receiver();
    visitor = await visit(chromium!, origin);
    operator = await visitor.sitDown();
    page = operator.page;
  }, 180_000);
  afterAll(async () => {
    hooks?.close();
    await visitor?.close();
    await system?.stop();
  });

  const faults: string[] = [];
  const look = async (name: string, shown = page) =>
    void faults.push(...(await faultsOf(shown, name, visitor.axeSource)));
  let failed: string | undefined;
  /** A step of one long test; fails at once if an earlier step failed. */
  const step = (name: string, take: () => Promise<void>) =>
    it(name, async () => {
      if (failed) throw new Error(`Not tried: “${failed}” failed.`);
      failed = name;
      await take();
      failed = undefined;
    });
  const open = (section: string) =>
    page.getByRole('navigation', { name: 'Console' }).getByRole('link', { name: section }).click();
  const heading = (name: string | RegExp, shown = page) => shown.getByRole('heading', { level: 1, name });
  const dialog = () => page.getByRole('dialog');
  const writeIn = (body: string) =>
    system.control('POST', '/inbound', {
      from: PERSON,
      name: 'Gaurav',
      message: { type: 'text', text: { body } },
    });

  step('an operator signs in, within the bytes and the time that a first look may cost', async () => {
    const bytes = await meter(operator.context, page);
    await page.goto(`${origin}/console`);
    await page.getByLabel("Operators' token").fill('wrong');
    await look('sign-in');
    await page.getByLabel("Operators' token").fill(system.adminToken);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await heading('Accounts').waitFor();
    await page.getByText('Connect your first').waitFor();
    expect(bytes()).toBeLessThan(MOST_BYTES);

    const began = performance.now();
    await page.reload();
    await page.getByRole('button', { name: "Connect the simulator's account" }).waitFor();
    const usableMs = performance.now() - began;
    console.log({ firstLoadBytes: bytes(), usableMs: Math.round(usableMs) });
    expect(usableMs).toBeLessThan(USABLE_MS);
    await look('accounts-none');
  });

  step("the simulator's account is connected, and shown as Meta has it", async () => {
    await page.getByRole('button', { name: "Connect the simulator's account" }).click();
    await look('connect');
    await dialog().getByLabel('Plan').selectOption({ value: 'unlimited' });
    await dialog().getByRole('button', { name: 'Connect' }).click();
    await page.waitForURL('**/settings');
    account = /accounts\/([^/]+)/.exec(page.url())![1]!;
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.getByRole('main').getByRole('progressbar').first().waitFor({ state: 'detached' });
    await look('account');
  });

  step('a key with two scopes is made and copied', async () => {
    await open('API keys');
    await heading('API keys').waitFor();
    await page.getByRole('button', { name: 'Create key' }).click();
    await dialog().getByLabel('Name').fill(KEY);
    for (const scope of ['messages:send', 'messages:read'])
      await dialog().getByRole('checkbox', { name: scope }).check();
    await look('key-create');
    await dialog().getByRole('button', { name: 'Create key' }).click();
    await dialog().getByRole('button', { name: 'Copy API key' }).click();
    apiKey = await page.evaluate<string>('navigator.clipboard.readText()');
    expect(apiKey).toBe(await dialog().getByLabel('API key', { exact: true }).textContent());
    await look('key-shown');
    await dialog().getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: `Revoke ${KEY}` }).waitFor();
  });

  step('the reference sends a message with it', async () => {
    await writeIn('Is my order there?');
    reference = await operator.context.newPage();
    await reference.goto(`${origin}/docs`);
    await reference.getByRole('heading', { level: 1 }).waitFor();
    await look('reference', reference);
    await reference.getByRole('searchbox', { name: 'Search operations' }).fill('send text');
    await reference
      .getByRole('navigation', { name: 'Search results' })
      .getByRole('link', { name: 'Send text' })
      .first()
      .click();
    await heading('Send text', reference).waitFor();
    const tried = reference.getByRole('form', { name: 'Try it' });
    if (!(await tried.isVisible())) await reference.getByText('Try it', { exact: true }).click();
    await tried.getByLabel('API key').focus();
    await reference.keyboard.press('Control+V');
    await tried.getByLabel('Body (JSON)').fill(JSON.stringify({ to: PERSON, body: 'It is on its way.' }));
    await tried.getByRole('button', { name: 'Send', exact: true }).click();
    await tried.getByRole('region', { name: 'Answer' }).getByText('msg_').first().waitFor();
    await look('reference-sent', reference);
  });

  step('the message and its statuses are in the stream of events', async () => {
    await open('Events');
    const events = page.getByRole('list', { name: 'Events' });
    for (const status of ['accepted', 'sent', 'delivered', 'read'])
      await events.getByRole('button', { name: `message.status ${status} → ${PERSON}` }).waitFor();
    await events.getByRole('button', { name: /message\.received Gaurav · Is my order/ }).click();
    const told = page.getByRole('region', { name: 'The event as JSON' });
    expect(JSON.parse((await told.textContent())!)).toMatchObject({ data: { body: 'Is my order there?' } });
    await look('events');
    await page.getByRole('button', { name: 'Pause' }).click();
    await writeIn('Hello?');
    await page.getByRole('button', { name: /^Show \d+ new$/ }).click();
    await events.getByRole('button', { name: /Gaurav · Hello\?/ }).waitFor();
    await page.getByLabel('Type').selectOption('Contacts');
    await events.getByRole('button', { name: 'contact.created' }).waitFor();
    expect(await events.getByRole('button', { name: 'message' }).count()).toBe(0);
  });

  step('and in the inbox, where the person is answered', async () => {
    await open('Inbox');
    await page
      .getByRole('list', { name: 'Conversations' })
      .getByRole('link', { name: /Gaurav/ })
      .click();
    const thread = page.getByRole('region', { name: 'Conversation with Gaurav' });
    const said = (who: string, text: string) =>
      thread.getByRole('article', { name: who, exact: true }).filter({ hasText: text });
    await said('You', 'It is on its way.').filter({ hasText: 'Read' }).waitFor();
    await writeIn('Thank you!');
    await said('Gaurav', 'Thank you!').waitFor();
    await thread.getByLabel('Message to Gaurav').fill('You are welcome.');
    await look('inbox');
    await thread.getByRole('button', { name: 'Send', exact: true }).click();
    await said('You', 'You are welcome.').filter({ hasText: 'Read' }).waitFor();
  });

  step('a webhook is made, and what it was sent can be looked at', async () => {
    await open('Webhooks');
    await page.getByRole('button', { name: 'Create webhook' }).click();
    await dialog().getByLabel('URL').fill(`${hooks.url}/hooks`);
    await look('webhook-create');
    await dialog().getByRole('button', { name: 'Create webhook' }).click();
    secret = (await dialog().getByLabel('Signing secret', { exact: true }).textContent())!;
    await look('webhook-secret');
    await dialog().getByRole('button', { name: 'Done' }).click();
    await heading(`${hooks.url}/hooks`).waitFor();
    await writeIn('One more thing');
    const deliveries = page.getByRole('region', { name: 'Deliveries' }).first();
    await deliveries.getByText('Succeeded').nth(1).waitFor(); // nth(0) is the option of the filter
    const { body, headers } = hooks.received[0]!;
    expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toMatchObject({
      data: { body: 'One more thing' },
    });
    await look('webhook');
    await deliveries.getByRole('link', { name: 'message.received' }).first().click();
    await dialog().getByRole('region', { name: 'Body of the request' }).waitFor();
    await look('delivery');
    await page.keyboard.press('Escape');
  });

  step('a campaign of 200 is planned, started and watched until it is completed', async () => {
    const { key } = ok(
      await system.admin<{ key: string }>('POST', `/accounts/${account}/keys`, {
        name: 'of the shop',
        scopes: ['contacts:write'],
      }),
    );
    await people(system.client(key), 'club', PEOPLE);
    await open('Campaigns');
    await page.getByRole('link', { name: 'New campaign' }).first().click();
    await page.getByLabel('Name').fill('Diwali');
    await page.getByRole('radio', { name: /diwali_offer/ }).click();
    await page.getByLabel('Has', { exact: true }).selectOption('club');
    const start = page.getByRole('button', { name: 'Start campaign' });
    await page.getByRole('complementary', { name: 'What it comes to' }).getByText('200').first().waitFor();
    await look('campaign-new');
    await start.click();
    await dialog().getByRole('button', { name: 'Start now' }).click();
    await heading('Diwali').waitFor();
    await page.getByRole('status').filter({ hasText: 'Completed' }).waitFor({ timeout: 60_000 });
    await look('campaign');
    const { data } = await system.control<{ data: { to: string }[] }>('GET', '/messages?limit=10000');
    expect(new Set(data.map(({ to }) => to).filter((to) => to !== PERSON)).size).toBe(PEOPLE);
  });

  step('the other pages are there', async () => {
    for (const name of ['Contacts', 'Templates', 'Webhooks', 'System health', 'Accounts']) {
      await open(name);
      await heading(name).waitFor();
      await page.getByRole('main').getByRole('progressbar').first().waitFor({ state: 'detached' });
      await look(name.toLowerCase().replace(' ', '-'));
    }
    await page.getByRole('link', { name: 'Simulated business 1' }).click();
    await heading('Inbox').waitFor();
  });

  step('the key is revoked, and the reference says that it is refused', async () => {
    await open('API keys');
    await page.getByRole('button', { name: `Revoke ${KEY}` }).click();
    await dialog().getByRole('button', { name: 'Revoke key' }).click();
    await page.getByText(/revoked or expired key/).waitFor();
    await look('keys');
    const tried = reference.getByRole('form', { name: 'Try it' });
    await until(
      async () => {
        await tried.getByRole('button', { name: 'Send', exact: true }).click();
        await tried.getByRole('region', { name: 'Answer' }).waitFor();
        return (await tried.getByRole('alert').count()) > 0;
      },
      { describe: 'the refusal of the revoked key' },
    );
    await tried.getByRole('region', { name: 'Answer' }).getByText('401').first().waitFor();
    await look('reference-refused', reference);
  });

  it('no page, in no state of it, has a serious fault', () => expect(faults).toEqual([]));

  it('nothing left the origin, and nothing went wrong in a page', () => {
    expect(operator.foreign).toEqual([]);
    const refused = `(${origin}/api/v1/messages/text)`; // the browser logs the 401 that the revoked key gets
    expect(operator.faults.filter((fault) => !fault.endsWith(refused))).toEqual([]);
  });

  step(
    'tabs share one reading of the feed, which goes on where it was with the next key and the next gateway',
    async () => {
      const polls: Page[] = [];
      operator.context.on('request', (request) => {
        if (/\/v1\/events\?.*wait=/.test(request.url())) polls.push(request.frame().page());
      });
      const tabs = [page, await operator.context.newPage()];
      for (const tab of tabs) {
        await tab.goto(`${origin}/console/accounts/${account}/events`);
        await tab.getByText('Live', { exact: true }).waitFor();
      }
      const times = (tab: Page, body: string) =>
        tab.getByRole('list', { name: 'Events' }).getByRole('button', { name: `Gaurav · ${body}` });
      const told = async (body: string) => {
        await writeIn(body);
        for (const tab of tabs) {
          await times(tab, body).waitFor();
          expect(await times(tab, body).count()).toBe(1);
        }
      };
      await told('Are there two of you?');
      expect(new Set(polls).size).toBe(1);

      const [reader] = polls;
      const ended = {
        status: 401,
        contentType: 'application/problem+json',
        json: { detail: 'It has ended.' },
      };
      await reader!.route(/\/v1\/events\?.*wait=/, (route) => route.fulfill(ended), { times: 1 });
      const renewed = reader!.waitForRequest(/\/console-keys$/);
      await told('Is your key still good?');
      await renewed;
      await told('And this one?');

      const restarted = system.restart('gateway');
      for (const tab of tabs) await tab.getByText('Reconnecting…').waitFor();
      await restarted;
      await told('Are you back?');
      await reader!.close();
      const [left] = tabs.filter((tab) => !tab.isClosed());
      await writeIn('Still there?');
      await times(left!, 'Still there?').waitFor();
      expect(await times(left!, 'Are you back?').count()).toBe(1);
    },
  );
});
