import { describe, expect, it } from '@jest/globals';
import type { MetaTemplate } from '@wbiz/cloud-api/meta-objects';
import { CloudApiError, UpstreamUnreachable } from '@wbiz/cloud-api/graph-error';
import type { TemplateStatus } from '@wbiz/contracts/template';
import type { Request } from '../template/template.state.js';
import { view } from '../template/template.samples.js';
import { submitToMeta, type SubmitToMetaOptions } from './submit-to-meta.js';
import { finalRefusal, SUBCODES, refusalAfterRetries } from './meta-refusal.js';

const refusal = (more: object = {}) =>
  new CloudApiError({ code: 100, message: 'Invalid parameter', httpStatus: 400, ...more });
const BODY = { type: 'BODY', text: 'Hi {{1}}', example: { body_text: [['Asha']] } };
const EDITED = { type: 'BODY', text: 'Hello {{1}}' };
const meta = (more: Partial<MetaTemplate> = {}): MetaTemplate => ({
  id: '7',
  name: 'order_shipped',
  language: 'en_US',
  status: 'PENDING',
  category: 'UTILITY',
  components: [{ type: 'BODY', text: 'Hi {{1}}', example: { body_text: [['Meta']] }, more: true }],
  ...more,
});
const CREATE: Request = {
  kind: 'create',
  content: { category: 'UTILITY', components: [BODY], parameterFormat: 'POSITIONAL' },
};
const EDIT: Request = { kind: 'edit', content: { components: [EDITED] }, ofApproved: true };
const DELETE: Request = { kind: 'delete' };

type Meta = Partial<Record<keyof SubmitToMetaOptions['cloudApi'], unknown>>;

/** Resolves to a request's outcome, the calls that Meta got, and the values that `calling` got. */
async function asked(
  request: Request,
  answers: Meta,
  { called = false, status = 'approved' as TemplateStatus } = {},
) {
  const calls: string[] = [];
  const notes: boolean[] = [];
  const answer = (name: keyof Meta) => async () => {
    calls.push(name);
    const given = answers[name];
    if (given instanceof Error) throw given;
    return given as never;
  };
  const ask = submitToMeta({
    cloudApi: {
      createTemplate: answer('createTemplate'),
      editTemplate: answer('editTemplate'),
      deleteTemplate: answer('deleteTemplate'),
      findTemplate: answer('findTemplate'),
      getTemplate: answer('getTemplate'),
    },
    withHandles: async (components) => components,
    freeName: async (_accountId, name) => `${name}_2`,
  });
  const outcome = await ask(request, {
    view: view({ metaId: request.kind === 'create' ? null : '7', components: [BODY], status }),
    account: { accountId: 'acc_1', token: 'token', appId: '1', wabaId: '2' },
    called,
    calling: async (now) => void notes.push(now),
  }).catch((error: unknown) => error);
  return { outcome, calls, notes };
}
const taken = (listed: object) => ({ kind: 'taken', listed });

describe('a template', () => {
  it('is refused where Meta gives it an id that no index holds', async () => {
    const id = '7'.repeat(3_000);
    const answers = {
      createTemplate: { id, status: 'PENDING', category: 'UTILITY' },
      findTemplate: meta({ id }),
    };
    for (const called of [false, true])
      expect((await asked(CREATE, answers, { called })).outcome).toMatchObject({ code: 'upstream_error' });
  });

  it('is made', async () => {
    expect(
      await asked(CREATE, { createTemplate: { id: '7', status: 'PENDING', category: 'MARKETING' } }),
    ).toEqual({
      outcome: taken({ metaId: '7', status: 'pending', category: 'MARKETING' }),
      calls: ['createTemplate'],
      notes: [true],
    });
  });

  it.each([
    ['nothing left this host', new UpstreamUnreachable('refused', false), [true, false]],
    ['Meta said no', refusal(), [true, false]],
    ['nobody knows', new UpstreamUnreachable('reset', true), [true]],
  ])('is noted as not made unless it may be: %s', async (_what, error, noted) => {
    const { outcome, notes } = await asked(CREATE, { createTemplate: error });
    expect([outcome, notes]).toEqual([error, noted]);
  });

  it('that an earlier call may have created is looked up, and created if Meta has none', async () => {
    expect(
      await asked(CREATE, { findTemplate: meta({ status: 'APPROVED' }) }, { called: true }),
    ).toMatchObject({
      outcome: taken({ metaId: '7', status: 'approved' }),
      calls: ['findTemplate'],
    });
    const made = { createTemplate: { id: '7', status: 'PENDING', category: 'UTILITY' } };
    expect((await asked(CREATE, made, { called: true })).calls).toEqual(['findTemplate', 'createTemplate']);
  });

  it('that Meta has already is ours where the content is the same, or where it may have been made', async () => {
    const there = refusal({ subcode: SUBCODES.alreadyThere });
    expect(await asked(CREATE, { createTemplate: there, findTemplate: meta() })).toMatchObject({
      outcome: taken({ metaId: '7', status: 'pending' }),
    });
    for (const other of [meta({ category: 'MARKETING' }), meta({ components: [EDITED] }), undefined])
      expect(await asked(CREATE, { createTemplate: there, findTemplate: other })).toMatchObject({
        outcome: { code: 'conflict' },
      });
    // A template that Meta does not list yet is looked for again.
    const unlisted = await asked(CREATE, { createTemplate: there }, { called: true });
    expect([finalRefusal(unlisted.outcome), unlisted.notes]).toEqual([undefined, [true]]);
  });

  it('that Meta is deleting has another name proposed', async () => {
    const deleting = refusal({ subcode: SUBCODES.beingDeleted });
    expect(await asked(CREATE, { createTemplate: deleting })).toMatchObject({
      outcome: { code: 'conflict', details: { suggestedName: 'order_shipped_2' } },
    });
  });
});

describe('an edit', () => {
  const done = taken({ components: [EDITED], status: 'pending', rejectionReason: null });

  it('is made', async () =>
    expect(await asked(EDIT, {})).toEqual({ outcome: done, calls: ['editTemplate'], notes: [true] }));

  it('that an earlier call may have made is looked up, and made if Meta has the old content', async () => {
    const edited = { getTemplate: meta({ components: [EDITED], status: 'APPROVED' }) };
    expect(await asked(EDIT, edited, { called: true })).toMatchObject({
      outcome: taken({ status: 'approved', components: [EDITED] }),
      calls: ['getTemplate'],
    });
    expect((await asked(EDIT, { getTemplate: meta() }, { called: true })).calls).toEqual([
      'getTemplate',
      'editTemplate',
    ]);
  });

  it('that changes nothing is made unless Meta has another status', async () => {
    const again: Request = { kind: 'edit', content: { components: [BODY] }, ofApproved: false };
    const options = { called: true, status: 'rejected' as const };
    const { calls } = await asked(again, { getTemplate: meta({ status: 'REJECTED' }) }, options);
    expect(calls).toEqual(['getTemplate', 'editTemplate']);
    expect((await asked(again, { getTemplate: meta() }, options)).calls).toEqual(['getTemplate']);
  });

  it.each([SUBCODES.notNow, SUBCODES.editedToday])(
    'is refused with %d, unless it may be made',
    async (subcode) => {
      const answers = { editTemplate: refusal({ subcode }), getTemplate: meta() };
      const { outcome } = await asked(EDIT, answers);
      expect(finalRefusal(outcome)).toMatchObject({ code: 'conflict', details: { metaSubcode: subcode } });
      expect(await asked(EDIT, answers, { called: true })).toMatchObject({
        outcome: taken({ components: [EDITED] }),
      });
    },
  );

  it('of what Meta does not have any more is a conflict', async () => {
    const answers = { editTemplate: refusal({ subcode: SUBCODES.unknownObject }) };
    expect(await asked(EDIT, answers)).toMatchObject({ outcome: { code: 'conflict' } });
  });
});

describe('a deletion', () => {
  it.each([
    ['is made', undefined],
    ['is of nothing', refusal({ subcode: SUBCODES.notFound })],
    ['is of nothing by HTTP', refusal({ httpStatus: 404 })],
  ])('%s', async (_what, answer) =>
    expect(await asked(DELETE, { deleteTemplate: answer })).toMatchObject({ outcome: { kind: 'deleted' } }),
  );

  it('that Meta refuses is refused', async () => {
    const { outcome } = await asked(DELETE, { deleteTemplate: refusal({ subcode: SUBCODES.notNow }) });
    expect(finalRefusal(outcome)).toMatchObject({ code: 'conflict' });
  });
});

describe("Meta's refusal", () => {
  it.each([
    [{ code: 100 }, 'rejected_by_meta'],
    [
      { code: 100, subcode: 2388299, userMessage: 'Die Vorlage endet mit einer Variablen.' },
      'rejected_by_meta',
    ],
    [{ code: 100, subcode: 33 }, 'upstream_error'],
    [{ code: 190, httpStatus: 401 }, 'upstream_error'],
    [{ code: 10, subcode: 2388185 }, 'upstream_error'],
    [{ code: 368 }, 'upstream_error'],
    [{ code: 80007 }, 'unavailable'],
    [{ code: 4 }, 'unavailable'],
    [{ code: 2, httpStatus: 503 }, undefined],
    [{ code: 100, transient: true }, undefined],
  ])('%j is %s', (error, code) => expect(finalRefusal(refusal(error))?.code).toBe(code));

  it('is told in its words for people, and its codes', () => {
    const error = { subcode: 2388299, userTitle: 'Variable am Ende', userMessage: 'Bitte ändern.' };
    expect(finalRefusal(refusal(error))).toMatchObject({
      message: 'Variable am Ende: Bitte ändern.',
      details: { metaCode: 100, metaSubcode: 2388299 },
    });
  });

  it('that may pass ends, after some attempts, as upstream_error, and silence as unavailable', () => {
    expect(refusalAfterRetries(refusal({ code: 2 }))).toMatchObject({
      code: 'upstream_error',
      details: { metaCode: 2 },
    });
    expect(refusalAfterRetries(new UpstreamUnreachable('refused', false))).toMatchObject({
      code: 'unavailable',
    });
  });
});
