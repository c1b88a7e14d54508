import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '@wbiz/testing/stack';
import { ok, type Answer, type Client, type FeedEvent } from './api-client.js';
import { PERSON, startSystem, WABA, type System } from './system.js';

type View = {
  id: string;
  metaId: string;
  name: string;
  status: string;
  rejectionReason: string | null;
  components: Record<string, unknown>[];
};
type Problem = { code: string; templateId: string };

let system: System;
let api: Client & { accountId: string };

beforeAll(async () => {
  system = await startSystem();
  api = await system.connect();
}, 120_000);
afterAll(() => system?.stop());
beforeEach(() => system.control('POST', '/behaviour', { latencyMs: [0, 0], faults: [] }));

// Bodies of the API reference's examples.
const CREATE = {
  name: 'order_shipped',
  language: 'en_US',
  category: 'UTILITY',
  components: [
    {
      type: 'BODY',
      text: 'Hi {{1}}, order {{2}} is on its way.',
      example: { body_text: [['Gaurav', '#1043']] },
    },
  ],
};
const PATCH = { components: [{ type: 'BODY', text: 'Hi {{1}}, your order {{2}} shipped today.' }] };

const get = async (id: string) => (await api.get<View>(`/v1/templates/${id}`)).body;
const review = ({ metaId }: View, decision: string, reason?: string) =>
  system.control('POST', `/templates/${metaId}/review`, { decision, reason });
const within = (ms: number) => ({ timeoutMs: ms, everyMs: 50 });
/** Waits up to 2 s for an event in the feed with this status of the template, other than those in `after`. */
const told = (id: string, status: string, after: readonly FeedEvent[] = []) =>
  until(async () => {
    const { data } = await api.events({ types: 'template.status', limit: 200 });
    return data.find(
      ({ id: eventId, data: of }) =>
        of.templateId === id && of.status === status && !after.some((known) => known.id === eventId),
    );
  }, within(2_000));
const approved = async (given: object = {}) => {
  const view = ok(await api.post<View>('/v1/templates', { ...CREATE, ...given }));
  await told(view.id, 'approved');
  return get(view.id);
};
const send = (template: string) =>
  api.post<{ code?: string }>('/v1/messages/template', {
    to: PERSON,
    template,
    language: 'en_US',
    variables: ['Gaurav', '#1043'],
  });

describe('the life of a template', () => {
  it('goes from the examples of the reference through review, sends, rejection and edits to its deletion', async () => {
    const created = await api.post<View>('/v1/templates', CREATE);
    expect(created).toMatchObject({ status: 201, body: { name: 'order_shipped', status: 'pending' } });
    const { id } = created.body;
    expect(await get(id)).toEqual(created.body);
    expect((await send('order_shipped')).body.code).toBe('template_not_approved');

    await review(created.body, 'APPROVED');
    await told(id, 'approved');
    expect((await get(id)).status).toBe('approved');
    await until(async () => (await send('order_shipped')).status === 201, within(1_000));

    await review(created.body, 'REJECTED', 'SCAM');
    expect(await told(id, 'rejected')).toMatchObject({ data: { reason: 'SCAM', name: 'order_shipped' } });
    expect(await get(id)).toMatchObject({ status: 'rejected', rejectionReason: 'SCAM' });
    const answers: number[] = [];
    await until(async () => {
      answers.push((await send('order_shipped')).status);
      return answers.at(-1) === 409;
    }, within(1_000));
    // As long as messaging does not know the new status, it passes the send to Meta, whose refusal becomes a 422.
    expect(answers.slice(0, -1).filter((status) => status !== 422)).toEqual([]);

    const edited = await api.request<View>('PATCH', `/v1/templates/${id}`, PATCH);
    const components = [{ ...PATCH.components[0], example: CREATE.components[0]!.example }];
    expect(edited).toMatchObject({
      status: 200,
      body: { id, status: 'pending', rejectionReason: null, components },
    });
    await until(async () => (await get(id)).status === 'approved');
    await review(created.body, 'PAUSED');
    expect(await told(id, 'paused')).toMatchObject({ data: { reason: 'FIRST_PAUSE' } });

    expect((await api.request('DELETE', `/v1/templates/${id}`)).status).toBe(204);
    expect((await api.get(`/v1/templates/${id}`)).status).toBe(404);
    expect((await api.request('DELETE', `/v1/templates/${id}`)).status).toBe(404);
  });

  it('is previewed as a person will see it', async () => {
    const { id } = ok(await api.post<View>('/v1/templates', { ...CREATE, name: 'previewed', submit: false }));
    const preview = async (query: string) =>
      (await api.get<{ body: string; faults: object[] }>(`/v1/templates/${id}/preview${query}`)).body;
    const whole = { body: 'Hi Gaurav, order #1043 is on its way.', faults: [] };
    expect(await preview('?variables=Gaurav&variables=%231043')).toMatchObject(whole);
    expect(await preview(`?variables=${encodeURIComponent('["Gaurav","#1043"]')}`)).toMatchObject(whole);
    expect(await preview('?variables=Gaurav')).toMatchObject({
      body: 'Hi Gaurav, order {{2}} is on its way.',
      faults: [{ pointer: '/variables', code: 'template_variables_mismatch' }],
    });
    expect((await preview('')).body).toBe(CREATE.components[0]!.text);
  });

  it('begins with uploaded media in its header', async () => {
    const form = new FormData();
    const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
    form.append('file', new Blob([new Uint8Array(png)]), 'sample.png');
    const { id: mediaId } = ok(await api.post<{ id: string }>('/v1/media', form));
    const header = { type: 'HEADER', format: 'IMAGE', example: { header_handle: [mediaId] } };
    const components = [header, ...CREATE.components];
    const view = await approved({ name: 'with_sample', components });
    expect(view.components).toEqual(components);
    ok(await api.post('/v1/templates/sync', {}));
    expect((await get(view.id)).components).toEqual(components);
    const unknown = { ...header, example: { header_handle: ['med_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E'] } };
    const missing = await api.post<Problem>('/v1/templates', {
      ...CREATE,
      name: 'without_sample',
      components: [unknown, ...CREATE.components],
    });
    expect(missing).toMatchObject({ status: 404, body: { code: 'media_not_found' } });
  });

  it('that somebody began in Meta’s own manager appears', async () => {
    const answer = await fetch(`${system.simulatorUrl}/v25.0/${WABA}/message_templates`, {
      method: 'POST',
      headers: { authorization: 'Bearer simulator-token', 'content-type': 'application/json' },
      body: JSON.stringify({ ...CREATE, name: 'made_there' }),
    });
    expect(answer.status).toBe(200);
    await until(async () => {
      const { data } = ok(await api.get<{ data: View[] }>('/v1/templates?search=made_there'));
      return data[0]?.status === 'approved';
    });
  });
});

describe('what Meta says', () => {
  it.each([
    [100, 422, 'rejected_by_meta'],
    [190, 502, 'upstream_error'],
    [80007, 503, 'unavailable'],
  ])('of code %d is a %d, and leaves nothing behind', async (code, status, ours) => {
    const name = `refused_${code}`;
    const fault = { match: { path: '/message_templates' }, kind: 'error', code, rate: 1, times: 1 };
    await system.control('POST', '/behaviour', { faults: [fault] });
    const key = { 'idempotency-key': randomUUID() };
    const refused = await api.post('/v1/templates', { ...CREATE, name }, key);
    expect(refused).toMatchObject({ status, body: { code: ours, metaCode: code } });
    if (status === 503) expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(ok(await api.get<{ data: View[] }>(`/v1/templates?search=${name}`)).data).toEqual([]);
    const again = await api.post('/v1/templates', { ...CREATE, name }, key);
    // Meta's refusal of the content (422) is final and stored; after any other refusal, the same key carries out the call anew.
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual(
      status === 422 ? [422, 'true'] : [201, null],
    );
  });

  it('and when it says nothing for long, the template is there, and the key gets the answer', async () => {
    await system.control('POST', '/behaviour', { latencyMs: [11_500, 11_500] });
    const key = { 'idempotency-key': randomUUID() };
    const post = () => api.post<View & Problem>('/v1/templates', { ...CREATE, name: 'slow' }, key);
    const { status, body } = await post();
    expect([status, body.code]).toEqual([504, 'outcome_pending']);
    expect(await get(body.templateId)).toMatchObject({ status: 'pending', metaId: null });
    const other = await api.request<Problem>('PATCH', `/v1/templates/${body.templateId}`, PATCH);
    expect([other.status, other.body.code]).toEqual([409, 'conflict']);
    const settled = await until(async () => {
      const answer = await post();
      return answer.status === 201 && answer;
    });
    expect(settled.body).toMatchObject({ id: body.templateId, metaId: expect.stringMatching(/^\d+$/) });
    expect((await post()).headers.get('idempotency-replayed')).toBe('true');
  });
});

describe('a crash of templates', () => {
  const CREATIONS = 200;

  /** Retries with the same Idempotency-Key until the answer is final. */
  async function createCarefully(name: string): Promise<Answer<View>> {
    const key = { 'idempotency-key': randomUUID() };
    for (const giveUp = Date.now() + 90_000; ; await delay(500)) {
      const answer = await api.post<View>('/v1/templates', { ...CREATE, name }, key).catch(() => undefined);
      if (answer && ![409, 429, 503, 504].includes(answer.status)) return answer;
      if (Date.now() > giveUp) throw new Error(`${name} got no final answer: ${JSON.stringify(answer)}`);
    }
  }

  it('in the middle of 200 creations loses none, and doubles none at Meta', async () => {
    // Meta answers slowly, so that the kill may come after Meta has stored a template and before Meta answers.
    await system.control('POST', '/behaviour', { latencyMs: [100, 300] });
    const names = Array.from({ length: CREATIONS }, (_, index) => `crash_${String(index).padStart(3, '0')}`);
    const answers: Answer<View>[] = [];
    const queue = [...names];
    const worker = async () => {
      for (let name; (name = queue.shift()) !== undefined;) answers.push(await createCarefully(name));
    };
    const workers = Promise.all(Array.from({ length: 25 }, worker));
    await until(() => answers.length >= CREATIONS / 3, { timeoutMs: 60_000 });
    await system.kill('templates');
    await system.start('templates');
    await workers;

    expect(answers.filter(({ status }) => status !== 201)).toEqual([]);
    const made = async () => {
      const all: View[] = [];
      for (let cursor = ''; ;) {
        const page = ok(
          await api.get<{ data: View[]; nextCursor: string | null }>(
            `/v1/templates?search=crash_&limit=200${cursor && `&cursor=${cursor}`}`,
          ),
        );
        all.push(...page.data);
        if (!page.nextCursor) return all;
        cursor = page.nextCursor;
      }
    };
    const here = (await made()).map(({ name, metaId }) => [name, metaId]);
    expect(here.toSorted()).toEqual(answers.map(({ body }) => [body.name, body.metaId]).toSorted());
    expect(here.map(([name]) => name).toSorted()).toEqual(names);

    const { data: atMeta } = (await (
      await fetch(
        `${system.simulatorUrl}/v25.0/${WABA}/message_templates?name=crash_&fields=name,id&limit=1000`,
        {
          headers: { authorization: 'Bearer simulator-token' },
        },
      )
    ).json()) as { data: { name: string; id: string }[] };
    expect(atMeta.map(({ name, id }) => [name, id]).toSorted()).toEqual(here.toSorted());
    await until(async () => (await made()).every(({ status }) => status === 'approved'), {
      timeoutMs: 20_000,
    });
    const moved = (await api.allEvents()).filter(
      ({ type, data }) => type === 'template.status' && String(data.name).startsWith('crash_'),
    );
    expect(moved.map(({ data }) => data.name).toSorted()).toEqual(names);
  });
});
