import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { CommandData } from '@wbiz/contracts/command-catalogue';
import { newId } from '@wbiz/contracts/ids';
import type { TemplateComponent, TemplateView } from '@wbiz/contracts/template';
import type { TemplateReply } from '@wbiz/contracts/template/writes';
import { fold } from '@wbiz/eventing/decider';
import type { Reply } from '@wbiz/eventing/message';
import { until } from '@wbiz/testing/stack';
import { template } from '../template/template.decider.js';
import type { TemplateEvent } from '../template/template.messages.js';
import { templatesSystem, type TemplatesSystem } from '../templates.harness.js';

jest.setTimeout(60_000);
let system: TemplatesSystem;

beforeAll(async () => {
  system = await templatesSystem({ replicas: 2 });
});
afterAll(async () => {
  await expectRowsToBeReplays();
  await system.close();
});

/** Every template's row equals the replay of its events. */
async function expectRowsToBeReplays() {
  const { rows } = await system.pool.query<{ stream: string; state: unknown; events: TemplateEvent[] }>(
    `select t.stream, t.state, (select json_agg(e order by e.version) from templates.events e
       where e.stream = t.stream) as events from templates.templates t`,
  );
  expect(rows.length).toBeGreaterThan(20);
  for (const { stream, state, events } of rows)
    expect([stream, JSON.parse(JSON.stringify(fold(template, events)))]).toEqual([stream, state]);
}

const SHIPPED: TemplateComponent = {
  type: 'BODY',
  text: 'Hi {{1}}, order {{2}} is on its way.',
  example: { body_text: [['Gaurav', '#1043']] },
};
const EDITED: TemplateComponent = { type: 'BODY', text: 'Hi {{1}}, your order {{2}} shipped today.' };
type Given = Partial<CommandData<'template.create'>>;
type Change = Omit<CommandData<'template.update'>, 'templateId' | 'at'>;
type MetaTemplate = {
  id: string;
  name: string;
  language: string;
  status: string;
  components: TemplateComponent[];
};

const shipped = (given: Given = {}): CommandData<'template.create'> => ({
  templateId: newId('tpl'),
  name: 'order_shipped',
  language: 'en_US',
  category: 'UTILITY',
  components: [SHIPPED],
  at: new Date().toISOString(),
  ...given,
});

/** A connected account and its actions. */
async function account() {
  const own = await system.newAccount();
  const { accountId, wabaId, token } = own;
  await system.announce(accountId, wabaId);
  await until(async () => (await system.listOf(accountId)).length === 3);
  await system.idle(accountId);
  const at = () => new Date().toISOString();
  const command = async <Name extends 'template.create' | 'template.update' | 'template.delete'>(
    name: Name,
    data: CommandData<Name>,
  ) => {
    const { id, accepted, settled } = await system.send(name, data, { accountId });
    const isAsked = accepted.ok && (accepted.data as TemplateReply).submission !== null;
    return { id, accepted, settled: isAsked ? await settled() : undefined };
  };
  const create = (given: Given = {}) => command('template.create', shipped(given));
  const update = (templateId: string, change: Change, now = at()) =>
    command('template.update', { ...change, templateId, at: now });
  const remove = (templateId: string) => command('template.delete', { templateId, at: at() });
  const get = (id: string) => system.ask('template.get', { accountId, id });
  const meta = async (name = 'order_shipped') => {
    const path = `/${wabaId}/message_templates?name=${name}&limit=100`;
    const { body } = await system.simulator.graph('GET', path, undefined, token);
    return (body as { data: MetaTemplate[] }).data.filter((one) => one.name === name);
  };
  /** Meta reviews the template, and the service gets Meta's webhook. */
  const review = async ({ id, metaId }: TemplateView, decision: string, reason?: string) => {
    await system.simulator.control('POST', `/templates/${metaId}/review`, { decision, reason });
    await heard(id, decision.toLowerCase());
  };
  /** Passes on Meta's webhooks until the template has this status. */
  let passedOn = 0;
  const heard = (id: string, status: string) =>
    until(
      async () => {
        passedOn = await system.passOn(wabaId, 'message_template_status_update', passedOn);
        return (await get(id))?.status === status;
      },
      { everyMs: 200 },
    );
  const approved = async (given: Given = {}) => {
    const view = viewOf(await create(given));
    await heard(view.id, 'approved');
    return (await get(view.id))!;
  };
  /** Changes that the account's owner makes in Meta's own manager. */
  const elsewhere = {
    create: (name: string, components: TemplateComponent[]) => own.create(name, { components }),
    remove: (name: string) => own.remove(name),
  };
  return { ...own, create, update, remove, get, meta, review, heard, approved, elsewhere };
}

type Done = { accepted: Reply; settled: Reply | undefined };
/** The reply that the caller gets. */
const answerOf = ({ accepted, settled }: Done): Reply =>
  !accepted.ok
    ? accepted
    : (settled ?? { ok: true, data: (accepted.data as { template: TemplateView }).template });
function viewOf(done: Done): TemplateView {
  const answer = answerOf(done);
  if (!answer.ok) throw new Error(JSON.stringify(answer.error));
  return answer.data as TemplateView;
}
const refusal = (code: string, more: object = {}) => ({ ok: false, error: { code, ...more } });
const behave = (behaviour: object) => system.simulator.control('POST', '/behaviour', behaviour);
const statusesOf = async (accountId: string) =>
  (await system.eventsOf(accountId))
    .filter(({ type }) => type === 'template.status')
    .map(({ data }) => data['status']);

describe('a template', () => {
  it('is created and submitted in one call, and approved by webhook', async () => {
    const one = await account();
    const done = await one.create();
    expect(done.accepted).toMatchObject({
      ok: true,
      data: { template: { status: 'pending', metaId: null } },
    });
    const view = viewOf(done);
    const [submitToMeta] = await one.meta();
    expect(view).toMatchObject({ metaId: submitToMeta!.id, status: 'pending', components: [SHIPPED] });
    expect(Object.keys(view).slice(0, 4)).toEqual(['id', 'metaId', 'name', 'language']);
    expect(await one.get(view.id)).toEqual(view);
    await one.heard(view.id, 'approved');
    expect(await statusesOf(one.accountId)).toEqual(['approved']);
    await system.sync(one.accountId);
    expect((await system.listOf(one.accountId)).filter(({ name }) => name === 'order_shipped')).toHaveLength(
      1,
    );
  });

  it('that is a draft stays here until it is submitted', async () => {
    const one = await account();
    const { id } = viewOf(await one.create({ submit: false }));
    expect(await one.get(id)).toMatchObject({ status: 'draft', metaId: null });
    expect(viewOf(await one.update(id, { components: [EDITED] }))).toMatchObject({
      status: 'draft',
      components: [{ ...EDITED, example: SHIPPED['example'] }],
    });
    await system.sync(one.accountId);
    expect(await one.meta()).toEqual([]);
    const submitted = viewOf(await one.update(id, { submit: true, category: 'MARKETING' }));
    expect(submitted).toMatchObject({ id, status: 'pending', category: 'MARKETING' });
    expect(await one.meta()).toMatchObject([{ id: submitted.metaId, components: submitted.components }]);
    await one.heard(id, 'approved');
    expect(await statusesOf(one.accountId)).toEqual(['pending', 'approved']);
  });

  it('is one per name and language', async () => {
    const [one, other] = [await account(), await account()];
    const { id } = viewOf(await one.create({ submit: false }));
    const taken = refusal('conflict', { details: { templateId: id } });
    expect(answerOf(await one.create())).toMatchObject(taken);
    expect(answerOf(await one.create({ language: 'hi' }))).toMatchObject({ ok: true });
    expect(answerOf(await other.create())).toMatchObject({ ok: true });
    const all = await Promise.all(Array.from({ length: 6 }, () => one.create({ name: 'at_once' })));
    expect(all.map((done) => answerOf(done).ok).filter(Boolean)).toHaveLength(1);
    expect(await one.meta('at_once')).toHaveLength(1);
  });

  it('is submitted once however often the command comes', async () => {
    const one = await account();
    const data = shipped();
    const first = await one.create(data);
    const again = await system.send('template.create', data, { accountId: one.accountId, id: first.id });
    expect(again.accepted).toEqual(first.accepted);
    expect(await system.ask('template.outcome', { accountId: one.accountId, id: first.id })).toEqual(
      first.settled,
    );
    expect(await system.ask('template.outcome', { accountId: 'acc_other', id: first.id })).toBeNull();
    expect(await one.meta()).toHaveLength(1);
  });
});

describe("Meta's refusal of a new template", () => {
  it('is told with its codes, and leaves nothing behind', async () => {
    const one = await account();
    const wrong = { name: 'order_wrong', category: 'UTILITY' as const };
    await behave({ faults: [{ match: { path: one.wabaId }, kind: 'error', code: 100, rate: 1, times: 1 }] });
    const done = await one.create(wrong);
    expect(answerOf(done)).toMatchObject(refusal('rejected_by_meta', { details: { metaCode: 100 } }));
    expect((await system.listOf(one.accountId)).map(({ name }) => name)).not.toContain('order_wrong');
    expect((await system.eventsOf(one.accountId)).slice(-2)).toMatchObject([
      { type: 'template.status', data: { status: 'rejected', reason: expect.stringMatching(/./) } },
      { type: 'template.removed' },
    ]);
    expect(answerOf(await one.create(wrong))).toMatchObject({ ok: true });
  });

  it.each([
    [190, 'upstream_error'],
    [10, 'upstream_error'],
    [80007, 'unavailable'],
  ])('of code %d is %s', async (code, answer) => {
    const one = await account();
    await behave({ faults: [{ match: { path: one.wabaId }, kind: 'error', code, rate: 1, times: 1 }] });
    expect(answerOf(await one.create())).toMatchObject(refusal(answer, { details: { metaCode: code } }));
    expect(await one.meta()).toEqual([]);
    expect(await statusesOf(one.accountId)).toEqual([]);
  });

  it('is a fault of the token where Meta does not show it the account', async () => {
    const one = await account();
    const { token } = await system.newAccount();
    system.connectWith(one.accountId, one.wabaId, token);
    expect(answerOf(await one.create())).toMatchObject(
      refusal('upstream_error', { details: { metaSubcode: 33 } }),
    );
  });

  it('of a draft leaves the draft', async () => {
    const one = await account();
    const { id } = viewOf(await one.create({ submit: false }));
    await behave({ faults: [{ match: { path: one.wabaId }, kind: 'error', code: 100, rate: 1, times: 1 }] });
    expect(answerOf(await one.update(id, { submit: true }))).toMatchObject(refusal('rejected_by_meta'));
    expect(await one.get(id)).toMatchObject({ status: 'draft' });
    expect(await statusesOf(one.accountId)).toEqual(['pending', 'draft']);
    expect(viewOf(await one.update(id, { submit: true }))).toMatchObject({ status: 'pending' });
  });

  it('that may pass is retried, but not for ever', async () => {
    const one = await account();
    const fault = (times: number) => ({
      match: { path: one.wabaId },
      kind: 'error',
      code: 2,
      rate: 1,
      times,
    });
    await behave({ faults: [fault(1)] });
    expect(answerOf(await one.create())).toMatchObject({ ok: true });
    await behave({ faults: [fault(5)] });
    expect(answerOf(await one.create({ name: 'in_vain' }))).toMatchObject(
      refusal('upstream_error', { details: { metaCode: 2 } }),
    );
    expect(await one.meta('in_vain')).toEqual([]);
  });
});

describe('a submission whose answer is lost', () => {
  it.each(['reset', 'accept_then_reset'])('by %s is made once', async (kind) => {
    const one = await account();
    await behave({ faults: [{ match: { path: one.wabaId }, kind, rate: 1, times: 1 }] });
    const view = viewOf(await one.create());
    expect(await one.meta()).toMatchObject([{ id: view.metaId }]);
    await one.heard(view.id, 'approved');
    await behave({ faults: [{ match: { path: view.metaId }, kind, rate: 1, times: 1 }] });
    expect(viewOf(await one.update(view.id, { components: [EDITED] }))).toMatchObject({
      status: expect.stringMatching(/pending|approved/),
    });
    expect((await one.meta())[0]!.components).toMatchObject([EDITED]);
    await behave({ faults: [{ match: { path: one.wabaId }, kind, rate: 1, times: 1 }] });
    await one.heard(view.id, 'approved');
    expect(answerOf(await one.remove(view.id))).toEqual({ ok: true, data: null });
    expect(await one.meta()).toEqual([]);
  });

  it('is overtaken by webhooks without harm', async () => {
    const one = await account();
    const { id } = await one.approved();
    await behave({ latencyMs: [2_000, 2_000] });
    const edit = one.update(id, { components: [EDITED] });
    const created = one.create({ name: 'slow' });
    await until(async () =>
      system.receiver.values().some(({ message_template_name: name }) => name === 'slow'),
    );
    await behave({ latencyMs: [0, 0] });
    await system.passOn(one.wabaId, 'message_template_status_update');
    expect(viewOf(await edit)).toMatchObject({ status: 'approved', components: [EDITED] });
    const slow = viewOf(await created);
    await until(async () => (await one.get(slow.id))?.status === 'approved');
    await system.idle(one.accountId);
    expect(await one.meta('slow')).toMatchObject([{ id: slow.metaId }]);
  });
});

describe('a name that Meta has already', () => {
  it('is linked where the content is the same, and a conflict else', async () => {
    const one = await account();
    const same = await one.elsewhere.create('made_there', [SHIPPED]);
    expect(viewOf(await one.create({ name: 'made_there' }))).toMatchObject({ metaId: same });
    await one.elsewhere.create('also_there', [{ type: 'BODY', text: 'Something else.' }]);
    const done = await one.create({ name: 'also_there' });
    expect(answerOf(done)).toMatchObject(refusal('conflict'));
    await until(async () => (await system.listOf(one.accountId)).some(({ name }) => name === 'also_there'));
  });

  it('or is still deleting, is a conflict that proposes another', async () => {
    const one = await account();
    const { id } = await one.approved();
    expect(answerOf(await one.remove(id))).toEqual({ ok: true, data: null });
    expect(answerOf(await one.create())).toMatchObject(
      refusal('conflict', { details: { suggestedName: 'order_shipped_2' } }),
    );
    expect(answerOf(await one.create({ name: 'order_shipped_2' }))).toMatchObject({ ok: true });
  });
});

describe('a change', () => {
  it('resubmits what was rejected, with the examples that it leaves out', async () => {
    const one = await account();
    const { id } = viewOf(await one.create({ name: 'order_reject' }));
    await one.heard(id, 'rejected');
    expect(await one.get(id)).toMatchObject({ rejectionReason: 'INVALID_FORMAT' });
    const changed = viewOf(await one.update(id, { components: [EDITED], category: 'MARKETING' }));
    const components = [{ ...EDITED, example: SHIPPED['example'] }];
    expect(changed).toMatchObject({
      status: 'pending',
      rejectionReason: null,
      category: 'MARKETING',
      components,
    });
    expect(await one.meta('order_reject')).toMatchObject([{ components, category: 'MARKETING' }]);
    await one.heard(id, 'rejected');
    expect(viewOf(await one.update(id, { submit: true }))).toMatchObject({ status: 'pending', components });
  });

  it('of an approved one is counted before Meta is asked', async () => {
    const one = await account();
    const view = await one.approved();
    const { id } = view;
    expect(answerOf(await one.update(id, { category: 'MARKETING' }))).toMatchObject(refusal('conflict'));
    const now = new Date();
    expect(viewOf(await one.update(id, { components: [EDITED] }, now.toISOString()))).toMatchObject({
      status: 'pending',
    });
    expect(answerOf(await one.update(id, { submit: true }))).toMatchObject(refusal('conflict'));
    await one.heard(id, 'approved');
    const again = answerOf(await one.update(id, { components: [SHIPPED] }));
    expect(again).toMatchObject(refusal('conflict'));
    const { nextEditAt } = (again as { error: { details: { nextEditAt: string } } }).error.details;
    expect(Date.parse(nextEditAt) - now.getTime()).toBeGreaterThan(86_400_000 - 1);
    expect(viewOf(await one.update(id, { components: [EDITED] }))).toMatchObject({ status: 'approved' });
    expect((await one.meta())[0]!.components).toMatchObject([EDITED]);
    await one.review(view, 'REJECTED', 'SCAM');
    expect(viewOf(await one.update(id, { components: [SHIPPED] }))).toMatchObject({ status: 'pending' });
  });

  it('that Meta would refuse is named before it is asked', async () => {
    const one = await account();
    const { id } = await one.approved();
    const done = await one.update(id, { components: [{ type: 'BODY', text: 'Order {{1}}' }] });
    expect(answerOf(done)).toMatchObject(
      refusal('invalid_request', {
        details: expect.arrayContaining([expect.objectContaining({ pointer: '/components/0/text' })]),
      }),
    );
    expect((await one.get(id))?.status).toBe('approved');
  });

  it('that Meta refuses leaves the template as it was', async () => {
    const one = await account();
    const view = await one.approved();
    await behave({ faults: [{ match: { path: view.metaId }, kind: 'error', code: 100, rate: 1, times: 1 }] });
    expect(answerOf(await one.update(view.id, { components: [EDITED] }))).toMatchObject(
      refusal('rejected_by_meta'),
    );
    expect(await one.get(view.id)).toEqual(view);
    expect(viewOf(await one.update(view.id, { components: [EDITED] }))).toMatchObject({ status: 'pending' });
  });

  it('of one that is disabled, or not there, is none', async () => {
    const [one, other] = [await account(), await account()];
    const view = await one.approved();
    await one.review(view, 'DISABLED');
    expect(answerOf(await one.update(view.id, { components: [EDITED] }))).toMatchObject(refusal('conflict'));
    for (const done of [await other.update(view.id, { submit: true }), await other.remove(view.id)])
      expect(answerOf(done)).toMatchObject(refusal('not_found'));
  });
});

describe('a deletion', () => {
  it('is of one language, here and at Meta', async () => {
    const one = await account();
    const [english, hindi] = [await one.approved(), await one.approved({ language: 'hi' })];
    expect(answerOf(await one.remove(english.id))).toEqual({ ok: true, data: null });
    expect(await one.meta()).toMatchObject([{ language: 'hi', id: hindi.metaId }]);
    expect(await one.get(english.id)).toBeNull();
    expect(answerOf(await one.remove(english.id))).toMatchObject(refusal('not_found'));
    await system.sync(one.accountId);
    expect(await one.get(hindi.id)).toMatchObject({ status: 'approved' });
    expect(
      (await system.eventsOf(one.accountId)).filter(({ type }) => type === 'template.removed'),
    ).toHaveLength(1);
  });

  it('of a draft, and of one that Meta no longer has, is just as good', async () => {
    const one = await account();
    const draft = viewOf(await one.create({ submit: false }));
    expect(await one.remove(draft.id)).toMatchObject({ accepted: { ok: true }, settled: undefined });
    const { id } = await one.approved({ name: 'gone' });
    await one.elsewhere.remove('gone');
    expect(answerOf(await one.remove(id))).toEqual({ ok: true, data: null });
    expect(await one.get(id)).toBeNull();
  });

  it('of a disabled one is a conflict, and it stays', async () => {
    const one = await account();
    const view = await one.approved();
    await one.review(view, 'DISABLED');
    expect(answerOf(await one.remove(view.id))).toMatchObject(
      refusal('conflict', { details: { metaSubcode: 2388039 } }),
    );
    expect(await one.get(view.id)).toMatchObject({ status: 'disabled' });
  });
});

describe('the sample of a media header', () => {
  const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
  const withSample = (sample: string, format = 'IMAGE') => ({
    components: [{ type: 'HEADER', format, example: { header_handle: [sample] } }, SHIPPED],
  });

  it('is uploaded to Meta, and stays ours', async () => {
    const one = await account();
    const medium = await system.upload(one.accountId, PNG, 'image/png');
    const view = await one.approved(withSample(medium));
    const header = (components: readonly TemplateComponent[]) =>
      (components[0]!['example'] as { header_handle: string[] }).header_handle[0];
    expect(header(view.components)).toBe(medium);
    expect(header((await one.meta())[0]!.components)).toMatch(/^https:\/\/scontent/);
    await one.review(view, 'REJECTED');
    await system.sync(one.accountId);
    expect(header((await one.get(view.id))!.components)).toBe(medium);
    const changed = viewOf(
      await one.update(view.id, { components: [{ type: 'HEADER', format: 'IMAGE' }, SHIPPED] }),
    );
    expect(header(changed.components)).toBe(medium);
  });

  it('may be a handle of Meta', async () => {
    const one = await account();
    expect(viewOf(await one.create(withSample('4::aW1hZ2UvcG5n:ARb')))).toMatchObject({ status: 'pending' });
  });

  it.each([
    ['media that is not there', () => 'med_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E', 'media_not_found'],
    [
      'another type',
      (accountId: string) => system.upload(accountId, PNG, 'application/pdf'),
      'invalid_request',
    ],
    [
      'a link inwards',
      () => `https://127.0.0.1:${new URL(system.simulator.url).port}/x.png`,
      'invalid_request',
    ],
    ['a name that leads inwards', () => 'https://localhost/x.png', 'invalid_request'],
  ])('that is %s is named', async (_what, sample, code) => {
    const one = await account();
    const done = await one.create(withSample(await sample(one.accountId)));
    expect(answerOf(done)).toMatchObject(
      refusal(code, { details: [{ pointer: '/components/0/example/header_handle/0' }] }),
    );
    expect(await one.meta()).toEqual([]);
  });

  it('of another account is not there', async () => {
    const [one, other] = [await account(), await account()];
    const medium = await system.upload(other.accountId, PNG, 'image/png');
    expect(answerOf(await one.create(withSample(medium)))).toMatchObject(refusal('media_not_found'));
  });
});
