import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { contactIdOf, conversationIdOf } from '@wbiz/contracts/conversation';
import { newFlowToken } from '@wbiz/contracts/flow';
import { newId } from '@wbiz/contracts/ids';
import { isWritten } from '@wbiz/contracts/message';
import { Rejection } from '@wbiz/eventing/rejection';
import type { SeenRecord } from '@wbiz/service-testing/shared-topics';
import { until } from '@wbiz/testing/stack';
import { messages } from '../message/message.aggregate.js';
import type { MessageCommand } from '../message/message.commands.js';
import type { MessageState } from '../message/message.state.js';
import { openWindow, template } from '../message/message.samples.js';
import { inboundSystem } from './inbound.harness.js';
import { META_MESSAGES, RAW_MESSAGES } from './inbound.samples.js';

jest.setTimeout(60_000);
let system: Awaited<ReturnType<typeof inboundSystem>>;
let log: readonly SeenRecord[];
beforeAll(async () => {
  system = await inboundSystem();
  log = await system.read('events');
});
afterAll(() => system?.close());
const ACCOUNTS: Record<string, string> = { '1': 'acc_1', '2': 'acc_2' };
beforeEach(() => {
  system.gateway.find = (wabaId) => (ACCOUNTS[wabaId] ? { accountId: ACCOUNTS[wabaId] } : null);
});

const now = Math.floor(Date.now() / 1_000);
const written = (fields: Record<string, unknown>) => ({
  id: `wamid.${newId('cmd')}`,
  timestamp: String(now),
  type: 'text',
  text: { body: 'Hi' },
  ...fields,
});
const stateOf = async (id: string) =>
  (
    await system.pool.query<{ state: MessageState }>(
      'select state from messaging.messages where stream = $1',
      [id],
    )
  ).rows[0]?.state;
const receivedUnder = async (wamid: string) =>
  (
    await system.pool.query<{ state: MessageState; public: boolean }>(
      `select m.state, exists(select from messaging.events e where e.stream = m.stream and e.type = 'message.received') as public
       from messaging.messages m where stream in (select message_id from messaging.wamids where wamid = $1)`,
      [wamid],
    )
  ).rows;
const inbox = async (person: string) =>
  (
    await system.pool.query<{ unread_count: number; last_message_preview: string; window_expires_at: Date }>(
      'select * from messaging.conversations where stream = $1',
      [conversationIdOf('acc_1', '106', person)],
    )
  ).rows[0];
/** Resolves once all earlier records of this person are handled. */
const handledFor = async (from: string, more = {}) => {
  const last = written({ from });
  await system.message(last, more);
  await until(async () => (await receivedUnder(last.id)).length === 1, { describe: 'the last message' });
};

describe('what people write', () => {
  it('becomes an event and a row of the inbox, each type and each message once', async () => {
    const all = [...META_MESSAGES, ...RAW_MESSAGES].map(([, message, became], index) => ({
      became,
      from: `9188993${String(10_000 + index)}`,
      message: { ...message, id: `wamid.type.${index}`, timestamp: String(now) },
    }));
    for (let time = 0; time < 2; time += 1)
      await Promise.all(all.map(({ message, from }) => system.message({ ...message, from })));
    for (const { from } of all) await handledFor(from);

    for (const { message, became, from } of all) {
      const [found, ...others] = await receivedUnder(message.id);
      expect(others).toEqual([]);
      expect(found).toMatchObject({ public: true, state: { ...became, direction: 'in', from: `+${from}` } });
      // The message by which the test waits also counts: it is unread and opens the window.
      expect((await inbox(`+${from}`))!.unread_count).toBe(isWritten(became) ? 2 : 1);
    }
    expect(await system.count('deadLetters')).toBe(0);
  });

  it('opens the window, reactions too', async () => {
    const reaction = { message_id: 'w', emoji: '👍' };
    await system.message(written({ from: '918899340002', type: 'reaction', reaction }));
    const row = await until(() => inbox('+918899340002'));
    expect(row).toMatchObject({
      ...{ unread_count: 1, window_expires_at: new Date((now + 86_400) * 1_000) },
      last_message_preview: '👍',
    });
  });

  it.each([
    ['taken back, as Meta writes it', { type: 'reaction', reaction: { message_id: 'w', emoji: '' } }],
    ['taken back, without an emoji', { type: 'reaction', reaction: { message_id: 'w' } }],
    ['taken back of a message that Meta does not name', { type: 'reaction', reaction: { emoji: '' } }],
    ['an edit that Meta does not hand on', { type: 'unsupported', unsupported: { type: 'edit' } }],
    ['a deletion that Meta does not hand on', { type: 'unsupported', unsupported: { type: 'revoke' } }],
    ['told by WhatsApp', { type: 'system', system: { body: 'moved', type: 'user_changed_number' } }],
    ['in a group', { text: { body: 'Hi all' }, group_id: 'G1' }],
  ])('is an event only where it is %s', async (what, fields) => {
    const from = `9188993${String(41_000 + what.length)}`;
    const message = written({ from, ...fields });
    await system.message(message);
    const [found] = await until(async () => {
      const rows = await receivedUnder(message.id);
      return rows.length > 0 && rows;
    });
    expect(found).toMatchObject({ public: true });
    expect(await inbox(`+${from}`)).toBeUndefined();
  });

  it('in a group is in the group’s conversation, not in one of a person', async () => {
    const from = '918899340010';
    const [own, one, two, other] = [
      written({ from, text: { body: 'To you' } }),
      written({ from, group_id: 'G1' }),
      written({ from: '918899340011', group_id: 'G1' }),
      written({ from, group_id: 'G2' }),
    ];
    for (const message of [own, one, two, other]) await system.message(message);
    await handledFor('918899340011');
    const conversations = await until(async () => {
      const rows = await Promise.all([own, one, two, other].map(({ id }) => receivedUnder(id)));
      return rows.every(([row]) => row) && rows.map(([row]) => row!.state.conversationId);
    });
    expect(conversations[0]).toBe(conversationIdOf('acc_1', '106', `+${from}`));
    expect(conversations[2]).toBe(conversations[1]);
    expect(new Set(conversations).size).toBe(3);
    expect(await inbox(`+${from}`)).toMatchObject({ unread_count: 1, last_message_preview: 'To you' });
  });

  it('is kept of people without a phone number, under their user id', async () => {
    const message = written({ from_user_id: 'IN.abc' });
    await system.message(message);
    const [found] = await until(async () => {
      const rows = await receivedUnder(message.id);
      return rows.length > 0 && rows;
    });
    expect(found!.state).toMatchObject({
      from: 'IN.abc',
      conversationId: conversationIdOf('acc_1', '106', 'IN.abc'),
    });
    expect(await inbox('IN.abc')).toMatchObject({ person: 'IN.abc', unread_count: 1 });
  });

  it.each([
    ['a second later', String(now + 1)],
    ['a day earlier', String(now - 86_400)],
    ['at a time that is none', 'soon'],
    ['at no time', undefined],
  ])('is one message where Meta tells of it again %s', async (what, timestamp) => {
    const from = `9188993${String(42_000 + what.length)}`;
    const message = written({ from });
    await Promise.all([system.message(message), system.message({ ...message, timestamp })]);
    await handledFor(from);
    expect(await receivedUnder(message.id)).toHaveLength(1);
    expect(await inbox(`+${from}`)).toMatchObject({ unread_count: 2 });
    // Another account may have a message with the same wamid.
    await system.message({ ...message, timestamp }, { wabaId: '2' });
    await until(async () => (await receivedUnder(message.id)).length === 2);
  });

  it('without a sender goes to the dead letters and stops nobody', async () => {
    const before = await system.count('deadLetters');
    await system.message(written({}));
    await handledFor('918899350000');
    await until(async () => (await system.count('deadLetters')) === before + 1);
  });
});

describe('what the owner writes on the phone', () => {
  const person = '918899360001';
  const conversationId = conversationIdOf('acc_1', '106', `+${person}`);
  const echo = (fields: Record<string, unknown> = {}) =>
    written({ from: '15550783881', to: person, text: { body: 'On my way' }, ...fields });
  const told = async (message: { id: string }) =>
    until(async () => {
      const [row] = await receivedUnder(message.id);
      return row?.state;
    });

  it('is in the conversation as outgoing, once, and in the feed', async () => {
    await system.message(written({ from: person }));
    const message = echo();
    for (const timestamp of [now, now + 1, 'soon'])
      await system.echo({ ...message, timestamp: String(timestamp) });
    await handledFor(person);
    const rows = await receivedUnder(message.id);
    expect(rows).toMatchObject([
      {
        state: {
          ...{ direction: 'out', source: 'business_app', status: 'sent', body: 'On my way', kind: 'text' },
          ...{ to: `+${person}`, from: null, conversationId, contactId: contactIdOf('acc_1', `+${person}`) },
        },
      },
    ]);
    const seen = () => log.filter(({ data }) => data['wamid'] === message.id);
    await until(() => seen().length > 0);
    expect(seen()).toMatchObject([
      { type: 'message.echoed', data: { to: `+${person}`, source: 'business_app', body: 'On my way' } },
    ]);
  });

  it('is its preview, and neither unread nor an answer of the person', async () => {
    const to = '918899360002';
    await system.echo(echo({ to }));
    const row = await until(() => inbox(`+${to}`));
    expect(row).toMatchObject({
      ...{ unread_count: 0, window_expires_at: null, last_message_preview: 'On my way' },
    });
  });

  it('reaches people without a phone number', async () => {
    const message = echo({ to: undefined, to_user_id: 'IN.echo' });
    await system.echo(message);
    expect(await told(message)).toMatchObject({ to: 'IN.echo', direction: 'out' });
    expect(await inbox('IN.echo')).toMatchObject({ person: 'IN.echo' });
  });

  it('belongs to the person, whichever of number and user id names it', async () => {
    const [phone, userId] = ['918899360009', 'IN.both'];
    await system.message(written({ from: phone, from_user_id: userId }));
    await handledFor(phone);
    const places = [];
    for (const names of [
      { to: phone },
      { to: phone, to_user_id: userId },
      { to: undefined, to_user_id: userId },
    ]) {
      const message = echo(names);
      await system.echo(message);
      places.push((await told(message)).conversationId);
    }
    expect(places).toEqual(Array(3).fill(conversationIdOf('acc_1', '106', `+${phone}`)));
  });

  it('moves on with what Meta reports of it', async () => {
    const message = echo();
    await system.echo(message);
    const { id } = await told(message);
    await system.status({ id: message.id, status: 'read', timestamp: String(now), recipient_id: person });
    await until(async () => (await stateOf(id))!.status === 'read');
  });

  it.each([
    ['a deletion', { type: 'revoke', revoke: { original_message_id: 'w' } }],
    ['an edit', { type: 'edit', edit: { original_message_id: 'w', message: { type: 'text' } } }],
    ['a reaction taken back', { type: 'reaction', reaction: { message_id: 'w', emoji: '' } }],
  ])('moves no conversation where it is %s', async (what, fields) => {
    const to = `9188993${String(61_000 + what.length)}`;
    const message = echo({ to, ...fields });
    await system.echo(message);
    expect(await told(message)).toMatchObject({ direction: 'out', kind: fields.type });
    expect(await inbox(`+${to}`)).toBeUndefined();
  });

  it('has files', async () => {
    const message = echo({ type: 'image', image: { id: '77', mime_type: 'image/jpeg', caption: 'Look' } });
    await system.echo(message);
    const { mediaId, body } = await told(message);
    expect(body).toBe('Look');
    const { rows } = await system.pool.query(
      'select kind, data from messaging.media_tasks where media_id = $1',
      [mediaId],
    );
    expect(rows).toMatchObject([{ kind: 'fetch', data: { metaId: '77', mimeType: 'image/jpeg' } }]);
  });

  it('does not count as usage', async () => {
    const message = echo({ to: '918899360003' });
    await system.echo(message, { wabaId: '2' });
    await told(message);
    const { rows } = await system.pool.query(
      "select count(*)::int from messaging.wamids where account_id = 'acc_2' and sent",
    );
    expect(rows).toEqual([{ count: 0 }]);
  });

  it('on a WABA that is not connected here is counted', async () => {
    await system.echo(echo(), { wabaId: '9' });
    await until(async () => (await system.counted('foreign_echo')) === 1);
  });
});

describe('a status', () => {
  const PERSON = '14155550123';
  const sendTo = async (accountId = 'acc_1', phoneNumberId = '106') => {
    const messageId = newId('msg');
    const at = new Date().toISOString();
    const apply = (command: MessageCommand) => system.store.apply(messages, { accountId, ...command });
    await apply({
      type: 'message.send',
      data: {
        ...{
          messageId,
          accountId,
          phoneNumberId,
          at,
          conversationId: `cnv_${messageId}`,
          contactId: 'cnt_1',
        },
        kind: 'template',
        request: { to: `+${PERSON}`, template: 'hello', language: 'en_US' },
        awaiting: null,
        traceparent: null,
        facts: { ...openWindow, template: template({ components: [] }) },
      },
    });
    const wamid = `wamid.${messageId}`;
    const answer = () =>
      apply({
        type: 'message.settle',
        data: { messageId, attempt: 1, outcome: { kind: 'accepted', wamid }, at },
      });
    return { messageId, wamid, answer };
  };
  const say = (wamid: string, status: string, more: object = {}, where = {}) =>
    system.status({ id: wamid, status, timestamp: String(now), recipient_id: PERSON, ...more }, where);
  const historyOf = async (id: string) => (await stateOf(id))!.history.map(({ status }) => status);

  it('counts before the answer to the send, and after it', async () => {
    const { messageId, wamid, answer } = await sendTo();
    await say(wamid, 'sent', { biz_opaque_callback_data: messageId });
    await until(async () => (await stateOf(messageId))!.status === 'sent');
    await answer();
    await say(wamid, 'read', { biz_opaque_callback_data: messageId });
    await say(wamid, 'delivered', { biz_opaque_callback_data: messageId });
    await handledFor(PERSON);
    expect(await historyOf(messageId)).toEqual(['accepted', 'sent', 'read', 'delivered']);
    expect(await stateOf(messageId)).toMatchObject({ status: 'read', wamid });
  });

  it('without our id finds its message by the wamid', async () => {
    const { messageId, wamid, answer } = await sendTo();
    await answer();
    await say(wamid, 'delivered', {
      pricing: { billable: true },
      biz_opaque_callback_data: 'of another system',
    });
    await say(wamid, 'played');
    await handledFor(PERSON);
    expect(await historyOf(messageId)).toEqual(['accepted', 'delivered', 'read']);
  });

  it.each([
    ['of a message nobody here sent', 'wamid.stranger', {}, {}],
    ['with an id that looks like ours', 'wamid.stranger', { biz_opaque_callback_data: 'msg_1' }, {}],
    ['of a group', 'wamid.stranger', { recipient_type: 'group' }, {}],
    ['of a kind of tomorrow', 'wamid.stranger', { status: 'teleported' }, {}],
  ])('%s is counted and dropped', async (_what, wamid, more, where) => {
    const [counted, buried] = [await system.counted('foreign_status'), await system.count('deadLetters')];
    await say(wamid, 'read', more, where);
    await handledFor(PERSON);
    expect(await system.counted('foreign_status')).toBe(counted + 1);
    expect(await system.count('deadLetters')).toBe(buried);
  });

  it('counts only from the phone number and the account of its message', async () => {
    const { messageId, wamid, answer } = await sendTo();
    await answer();
    const buried = await system.count('deadLetters');
    for (const more of [{}, { biz_opaque_callback_data: messageId }]) {
      await say(wamid, 'read', more, { phoneNumberId: '666' });
      await say(wamid, 'read', more, { wabaId: '2' });
    }
    await handledFor(PERSON);
    await handledFor(PERSON, { phoneNumberId: '666' });
    expect(await historyOf(messageId)).toEqual(['accepted']);
    expect(await system.count('deadLetters')).toBe(buried);
  });

  it('changes no index, so that the row stays on its page', async () => {
    const tx = await system.pool.connect();
    await tx.query('begin');
    await tx.query(`update messaging.messages set version = version + 1, state = state || '{"statusAt":""}'`);
    const { rows } = await tx.query<{ updated: number; hot: number }>(
      `select pg_stat_get_xact_tuples_updated(oid)::int as updated, pg_stat_get_xact_tuples_hot_updated(oid)::int as hot
       from pg_class where oid = 'messaging.messages'::regclass`,
    );
    await tx.query('rollback');
    tx.release();
    expect(rows[0]!.updated).toBeGreaterThan(50);
    expect(rows[0]!.hot).toBeGreaterThan(rows[0]!.updated / 5);
  });
});

describe('a reply to a flow', () => {
  const FLOW = { id: 'flw_1', metaId: '5' };
  let persons = 0;
  const person = () => `9188993${String((persons += 1) + 60_000)}`;

  /** A send that Meta accepted; a flow unless `over` says otherwise. */
  const sent = async (to: string, flowToken: string, over: object = {}) => {
    const messageId = newId('msg');
    const at = new Date().toISOString();
    const accountId = 'acc_1';
    const wamid = `wamid.${messageId}`;
    const ids = { messageId, accountId, phoneNumberId: '106', at, contactId: contactIdOf('acc_1', `+${to}`) };
    const commands = [
      {
        type: 'message.send',
        data: {
          ...{ ...ids, conversationId: conversationIdOf('acc_1', '106', `+${to}`) },
          ...{
            awaiting: null,
            traceparent: null,
            facts: { ...openWindow, windowExpiresAt: null, firstDayUntil: null },
          },
          kind: 'flow',
          request: { to: `+${to}`, bodyText: 'Book', ctaText: 'Book now', flowToken, flow: FLOW },
          ...over,
        },
      },
      { type: 'message.settle', data: { messageId, attempt: 0, outcome: { kind: 'accepted', wamid }, at } },
    ] as MessageCommand[];
    for (const command of commands)
      expect(await system.store.apply(messages, { accountId, ...command })).toMatchObject({ ok: true });
    return { messageId, wamid };
  };
  const reply = (from: string, response: unknown, more: object = {}, name: string | undefined = 'flow') =>
    written({
      from,
      type: 'interactive',
      text: undefined,
      interactive: {
        type: 'nfm_reply',
        nfm_reply: {
          name,
          body: 'Sent',
          response_json: typeof response === 'string' ? response : JSON.stringify(response),
        },
      },
      ...more,
    });
  const payloadOf = async (message: ReturnType<typeof reply>) => {
    await system.message(message);
    const [found] = await until(async () => {
      const rows = await receivedUnder(message.id);
      return rows.length > 0 && rows;
    });
    expect(found!.state.kind).toBe('flow_reply');
    return found!.state.payload!;
  };
  const quoting = ({ wamid }: { wamid: string }) => ({ context: { from: '106', id: wamid } });

  it('names the send that it quotes, and its flow; a token of ours is not shown', async () => {
    const [to, token] = [person(), newFlowToken()];
    const one = await sent(to, token);
    await sent(to, newFlowToken());
    expect(await payloadOf(reply(to, { flow_token: token, day: 'Monday' }, quoting(one)))).toEqual({
      name: 'flow',
      response: { day: 'Monday' },
      flowId: 'flw_1',
      flowMessageId: one.messageId,
    });
    const { rows } = await system.pool.query(
      `select from messaging.events where type = 'message.received' and strpos(data::text, $1) > 0`,
      [token],
    );
    expect(rows).toEqual([]);
  });

  it('names it by its token where it quotes nothing, and gives back a token that was given', async () => {
    const to = person();
    await sent(to, 'other');
    await sent(to, 'booking-7');
    const { messageId } = await sent(to, 'booking-7');
    await sent(to, newFlowToken());
    for (const more of [{}, { context: { id: 'wamid.of.nothing' } }])
      expect(await payloadOf(reply(to, { flow_token: 'booking-7', a: 1 }, more))).toEqual({
        name: 'flow',
        response: { flow_token: 'booking-7', a: 1 },
        flowToken: 'booking-7',
        flowId: 'flw_1',
        flowMessageId: messageId,
      });
  });

  it.each([
    ['no token', {}],
    ['the token of none', { flow_token: 'unused' }],
    ['a token that nobody sent', { flow_token: 'stranger' }],
  ])('with %s is tied by what it quotes, or not at all', async (_what, response) => {
    const to = person();
    const one = await sent(to, newFlowToken());
    expect(await payloadOf(reply(to, response, quoting(one)))).toMatchObject({
      flowMessageId: one.messageId,
    });
    expect(await payloadOf(reply(to, response))).not.toHaveProperty('flowMessageId');
  });

  it('does not match a send to somebody else by its token, nor one of another account by its quote', async () => {
    const [to, other] = [person(), person()];
    const one = await sent(to, 'shared');
    expect(await payloadOf(reply(other, { flow_token: 'shared' }))).not.toHaveProperty('flowMessageId');
    const foreign = reply(other, {}, quoting(one));
    await system.message(foreign, { wabaId: '2' });
    const [found] = await until(async () => {
      const rows = await receivedUnder(foreign.id);
      return rows.length > 0 && rows;
    });
    expect(found!.state.payload).toEqual({ name: 'flow', response: {} });
  });

  it('that came from a button of a template names the message alone', async () => {
    const to = person();
    const one = await sent(to, '', {
      kind: 'template',
      request: { to: `+${to}`, template: 'hello', language: 'en_US' },
      facts: { ...openWindow, template: template({ components: [] }) },
    });
    const expected = { name: 'flow', response: { a: 1 }, flowMessageId: one.messageId };
    expect(await payloadOf(reply(to, { a: 1 }, quoting(one)))).toEqual(expected);
    expect(await payloadOf(reply(to, { a: 1, flow_token: one.messageId }))).toEqual(expected);
  });

  it.each(['{oh', '[1]', '', '"a"'])('that is %j is kept as it came, and names its send', async (json) => {
    const to = person();
    const one = await sent(to, newFlowToken());
    expect(await payloadOf(reply(to, json, quoting(one)))).toEqual({
      name: 'flow',
      response: null,
      ...(json && { responseText: json }),
      flowId: 'flw_1',
      flowMessageId: one.messageId,
    });
  });

  it('with an address is not one', async () => {
    const to = person();
    const one = await sent(to, newFlowToken());
    expect(await payloadOf(reply(to, { values: {} }, quoting(one), 'address_message'))).toEqual({
      name: 'address_message',
      response: { values: {} },
    });
  });
});

describe('a WABA that is not connected here', () => {
  it('costs a lookup now and then, and its items are counted', async () => {
    const counted = await system.counted('foreign_message');
    const asked = system.asked('account.find');
    const begun = Date.now();
    await Promise.all(
      Array.from({ length: 300 }, (_, index) =>
        system.message(written({ from: `91889936${index + 1000}` }), { wabaId: '404' }),
      ),
    );
    await until(async () => (await system.counted('foreign_message')) === counted + 300);
    expect(system.asked('account.find') - asked).toBeLessThanOrEqual(1 + (Date.now() - begun) / 200);
  });

  it('is known as soon as it is connected: no message is lost in between', async () => {
    let state: 'strange' | 'connecting' | 'connected' = 'strange';
    system.gateway.find = () => {
      if (state === 'connecting') throw new Rejection('unavailable', 'being connected');
      return state === 'connected' ? { accountId: 'acc_3' } : null;
    };
    const counted = await system.counted('foreign_message');
    await system.message(written({ from: '918899370000' }), { wabaId: '3' });
    await until(async () => (await system.counted('foreign_message')) === counted + 1);
    state = 'connecting';
    const early = written({ from: '918899370000' });
    const asked = system.asked('account.find');
    await system.message(early, { wabaId: '3' });
    await until(() => system.asked('account.find') > asked);
    state = 'connected';
    await until(async () => (await receivedUnder(early.id)).length === 1);
    expect(await system.counted('foreign_message')).toBe(counted + 1);
  });
});
