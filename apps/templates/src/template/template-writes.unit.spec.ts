import { describe, expect, it } from '@jest/globals';
import type { TemplateView } from '@wbiz/contracts/template';
import { decide, fold } from '@wbiz/eventing/decider';
import { scenario } from '@wbiz/testing/scenario';
import { nextEditAfter, withEdit } from './edit-limits.js';
import { template } from './template.decider.js';
import type { Outcome, TemplateCommand, TemplateEvent } from './template.messages.js';
import type { ListedTemplate, Request } from './template.state.js';
import { AT, changed, LATER, listed, statusMoved, view } from './template.samples.js';

const { given } = scenario(template);
const SHIPPED = {
  type: 'BODY',
  text: 'Hi {{1}}, your order is on its way.',
  example: { body_text: [['Asha']] },
};
const EDITED = { type: 'BODY', text: 'Hello {{1}}, your order shipped today.' };
const FILLED = { ...EDITED, example: SHIPPED.example };
const asking = { id: 'cmd_1', replyTo: 'gateway:1', traceparent: null };
const own = (more: Partial<TemplateView> = {}) => view({ metaId: null, components: [SHIPPED], ...more });
const { name, language, category, parameterFormat } = view();
const CONTENT = { category, components: [SHIPPED], parameterFormat };

const create = (more: object = {}, takenBy: string | null = null) => ({
  type: 'template.create' as const,
  data: {
    templateId: 'tpl_1',
    at: AT,
    asking,
    name,
    language,
    category: 'UTILITY' as const,
    components: [SHIPPED],
    ...more,
  },
  facts: { takenBy },
});
const update = (more: object, at = LATER) => ({
  type: 'template.update' as const,
  data: { templateId: 'tpl_1', at, asking, ...more },
});
const remove = { type: 'template.delete' as const, data: { templateId: 'tpl_1', at: LATER, asking } };
const settle = (outcome: Outcome, { asOf = 100, answeredAt = 200, submissionId = 'cmd_1' } = {}) => ({
  type: 'template.settle' as const,
  data: { templateId: 'tpl_1', submissionId, asOf, answeredAt, at: LATER, outcome },
});
const imported = (asOf: number, more: Partial<ListedTemplate> = {}) => ({
  type: 'template.import' as const,
  data: { templateId: 'tpl_1', asOf, at: LATER, template: listed({ components: [SHIPPED], ...more }) },
});
const noted = (asOf: number, judged: Partial<ListedTemplate>) => ({
  type: 'template.note-status' as const,
  data: { templateId: 'tpl_1', asOf, at: LATER, judged, reason: null },
});

const requested = (request: Request): TemplateEvent => ({
  type: 'submission.requested',
  data: { ...asking, request },
});
const settled = (refused: { code: string; message: string } | null = null): TemplateEvent => ({
  type: 'submission.settled',
  data: { id: 'cmd_1', at: LATER, answeredAt: 200, refused },
});
const removed = (metaId: string | null, asOf: number): TemplateEvent => ({
  type: 'template.removed',
  data: { templateId: 'tpl_1', metaId, name, language, at: LATER },
  private: { asOf },
});
const no = (code = 'rejected_by_meta'): Outcome => ({ kind: 'refused', error: { code, message: 'No.' } });
const taken = (of: Partial<ListedTemplate>): Outcome => ({ kind: 'taken', listed: of });
const pending = (asOf: number, more: Partial<TemplateView> = {}) =>
  changed(asOf, { metaId: null, components: [SHIPPED], status: 'pending', ...more });
const draft = (more: Partial<TemplateView> = {}) => pending(0, { status: 'draft', ...more });
const submitToMeta = (more: Partial<TemplateView> = {}) => changed(10, { components: [SHIPPED], ...more });
const CREATE = requested({ kind: 'create', content: CONTENT });
const EDIT = requested({ kind: 'edit', content: { components: [FILLED] }, ofApproved: true });
const MADE = taken({ metaId: '7000000000000001', status: 'pending', category: 'UTILITY' });

/** The state after these commands. */
const after = (past: readonly TemplateEvent[], ...commands: TemplateCommand[]) =>
  commands.reduce(
    (state, command) => fold(template, decide(template, command, state), state),
    fold(template, past),
  );

describe('a new template', () => {
  it('is pending from the start, and Meta is to be asked', () =>
    given().when(create()).then(pending(0), CREATE));
  it('that is not to be submitted is a draft', () =>
    given()
      .when(create({ submit: false }))
      .then(draft()));
  it('keeps for how long it is to be delivered', () =>
    expect(after([], create({ messageSendTtlSeconds: 60 }))).toMatchObject({
      messageSendTtlSeconds: 60,
      submission: { request: { content: { messageSendTtlSeconds: 60 } } },
    }));
  it('of a name and language that another has is refused', () =>
    given().when(create({}, 'tpl_2')).thenRejected('conflict'));
});

describe("Meta's answer to a new template", () => {
  it('brings its id', () =>
    given(pending(0), CREATE)
      .when(settle(MADE))
      .then(settled(), pending(100, { metaId: '7000000000000001', updatedAt: LATER })));
  it('may be final at once, and of another category', () =>
    given(pending(0), CREATE)
      .when(settle(taken({ metaId: '7000000000000001', status: 'approved', category: 'MARKETING' })))
      .then(
        settled(),
        pending(100, {
          metaId: '7000000000000001',
          status: 'approved',
          category: 'MARKETING',
          updatedAt: LATER,
        }),
        statusMoved('approved', null, LATER),
      ));
  it('comes once', () => {
    given(pending(0), CREATE, settled()).when(settle(MADE)).thenNothing();
    given(pending(0), CREATE)
      .when(settle(MADE, { submissionId: 'cmd_2' }))
      .thenNothing();
  });
  it('may be overtaken by the end of the review', () =>
    expect(after([pending(0), CREATE], imported(150), settle(MADE)).view).toMatchObject({
      metaId: '7000000000000001',
      status: 'approved',
    }));
  it('is newer than a list without it that was read before', () => {
    const goneFrom = (asOf: number) => ({
      type: 'template.remove' as const,
      data: { templateId: 'tpl_1', asOf, at: LATER },
    });
    expect(after([pending(0), CREATE], settle(MADE), goneFrom(150)).removed).toBe(false);
    expect(after([pending(0), CREATE], settle(MADE), goneFrom(250)).removed).toBe(true);
  });
  it('that is a refusal removes it, and tells why', () =>
    given(pending(0), CREATE)
      .when(settle(no()))
      .then(
        settled({ code: 'rejected_by_meta', message: 'No.' }),
        statusMoved('rejected', 'No.', LATER, { metaId: null }),
        removed(null, 0),
      ));
  it('that is none removes it, without news of a rejection', () =>
    given(pending(0), CREATE)
      .when(settle(no('unavailable')))
      .then(settled({ code: 'unavailable', message: 'No.' }), removed(null, 0)));
  it('that is a refusal leaves what somebody made at Meta meanwhile', () =>
    expect(after([pending(0), CREATE], imported(150), settle(no('conflict')))).toMatchObject({
      removed: false,
      view: { metaId: '7000000000000001', status: 'approved' },
    }));
});

describe('a draft', () => {
  const SUBMIT = requested({ kind: 'submit', content: CONTENT });

  it('is changed here', () => {
    given(draft())
      .when(update({ components: [EDITED] }))
      .then(draft({ components: [FILLED], updatedAt: LATER }));
    given(draft())
      .when(update({ components: [SHIPPED], submit: false }))
      .thenNothing();
  });
  it('is submitted when that is wanted', () =>
    expect(after([draft()], update({ submit: true }))).toMatchObject({
      view: { status: 'pending' },
      submission: { request: { kind: 'submit', content: CONTENT } },
    }));
  it('that Meta refuses is a draft again', () =>
    expect(after([pending(0), SUBMIT], settle(no()))).toEqual({
      view: own({ status: 'draft', updatedAt: LATER }),
      removed: false,
      asOf: 0,
    }));
  it('is checked whenever it is changed', () =>
    given(draft())
      .when(update({ components: [{ type: 'BODY', text: '{{1}}' }] }))
      .thenRejected('invalid_request'));
  it('is deleted without Meta', () => given(draft()).when(remove).then(removed(null, 0)));
});

describe('a template that Meta has', () => {
  it.each(['rejected', 'paused', 'approved'] as const)('is resubmitted with all components: %s', (status) =>
    given(submitToMeta({ status }))
      .when(update({ components: [EDITED] }))
      .then(
        requested({ kind: 'edit', content: { components: [FILLED] }, ofApproved: status === 'approved' }),
      ),
  );
  it('takes another category only while it is not approved', () => {
    given(submitToMeta())
      .when(update({ category: 'MARKETING' }))
      .thenRejected('conflict');
    given(submitToMeta({ status: 'rejected' }))
      .when(update({ category: 'MARKETING' }))
      .then(
        requested({
          kind: 'edit',
          content: { components: [SHIPPED], category: 'MARKETING' },
          ofApproved: false,
        }),
      );
  });
  it('is not submitted for no change, unless that is wanted', () => {
    given(submitToMeta())
      .when(update({ components: [SHIPPED] }))
      .thenNothing();
    given(submitToMeta())
      .when(update({ submit: true }))
      .then(requested({ kind: 'edit', content: { components: [SHIPPED] }, ofApproved: true }));
  });
  it.each(['pending', 'rejected', 'disabled'] as const)(
    'stays as it is where no change is given: %s',
    (status) => given(submitToMeta({ status })).when(update({})).thenNothing(),
  );
  it('cannot be changed without being submitted', () =>
    given(submitToMeta({ status: 'rejected' }))
      .when(update({ components: [EDITED], submit: false }))
      .thenRejected('invalid_request'));
  it.each(['pending', 'disabled'] as const)('cannot be changed while it is %s', (status) =>
    given(submitToMeta({ status }))
      .when(update({ components: [EDITED] }))
      .thenRejected('conflict'),
  );
  it('has one thing asked of Meta at a time', () => {
    for (const command of [update({ components: [EDITED] }), remove])
      given(submitToMeta(), EDIT).when(command).thenRejected('conflict');
  });
  it('is deleted at Meta first', () => {
    given(submitToMeta())
      .when(remove)
      .then(requested({ kind: 'delete' }));
    given(submitToMeta(), requested({ kind: 'delete' }))
      .when(settle({ kind: 'deleted' }))
      .then(settled(), removed('7000000000000001', 200));
    given(submitToMeta(), requested({ kind: 'delete' }))
      .when(settle(no('conflict')))
      .then(settled({ code: 'conflict', message: 'No.' }));
  });
  it('that is not there is not found', () => {
    for (const command of [update({ submit: true }), remove]) {
      given().when(command).thenRejected('not_found');
      given(submitToMeta(), removed('7000000000000001', 20)).when(command).thenRejected('not_found');
    }
  });
  it('of which a list says what our rules do not know can still be changed in the rest', () => {
    const components = [SHIPPED, { type: 'HOLOGRAM' }];
    given(submitToMeta({ status: 'rejected', components }))
      .when(update({ category: 'MARKETING' }))
      .then(requested({ kind: 'edit', content: { components, category: 'MARKETING' }, ofApproved: false }));
  });
});

describe('an edit that Meta takes', () => {
  const DONE = taken({ components: [FILLED], status: 'pending', rejectionReason: null });

  it('moves the content and the status, and is remembered', () => {
    given(submitToMeta(), EDIT)
      .when(settle(DONE))
      .then(
        settled(),
        changed(100, { components: [FILLED], status: 'pending', updatedAt: LATER }),
        statusMoved('pending', null, LATER),
      );
    expect(after([submitToMeta(), EDIT], settle(DONE)).edits).toEqual([LATER]);
  });
  it('leaves the status that a webhook told meanwhile, also where it is the one before', () => {
    const state = after([submitToMeta(), EDIT], noted(150, { status: 'approved' }), settle(DONE));
    expect(state.view).toMatchObject({ status: 'approved', components: [FILLED] });
    expect(
      after([submitToMeta(), EDIT], noted(150, { qualityScore: 'RED' }), settle(DONE)).view,
    ).toMatchObject({
      status: 'pending',
      qualityScore: 'RED',
    });
  });
  it('is not undone by a list that was read before Meta answered', () => {
    expect(after([submitToMeta(), EDIT], settle(DONE), imported(150)).view).toMatchObject({
      status: 'pending',
      components: [FILLED],
    });
    expect(after([submitToMeta(), EDIT], settle(DONE), imported(250)).view).toMatchObject({
      status: 'approved',
      components: [SHIPPED],
    });
  });
  it('of a template that is gone meanwhile changes nothing', () =>
    given(submitToMeta(), EDIT, removed('7000000000000001', 20)).when(settle(DONE)).then(settled()));
  it('counts against the next one', () => {
    const past = [submitToMeta(), EDIT, settled(), submitToMeta({ components: [FILLED] })];
    given(...past)
      .when(update({ components: [SHIPPED] }, '2026-11-23T10:59:59.999Z'))
      .thenRejected('conflict');
    given(...past)
      .when(update({ components: [SHIPPED] }, '2026-11-23T11:00:00.000Z'))
      .then(requested({ kind: 'edit', content: { components: [SHIPPED] }, ofApproved: true }));
    given(...past, submitToMeta({ status: 'rejected', components: [FILLED] }))
      .when(update({ components: [SHIPPED] }))
      .then(requested({ kind: 'edit', content: { components: [SHIPPED] }, ofApproved: false }));
  });
  it('that Meta refused does not', () =>
    given(submitToMeta(), EDIT, settled({ code: 'rejected_by_meta', message: 'No.' }))
      .when(update({ components: [EDITED] }))
      .then(EDIT));
});

describe('edits of an approved template', () => {
  const day = (number: number) => new Date(Date.UTC(2026, 10, number)).toISOString();
  it('are possible once in 24 hours', () => {
    expect(nextEditAfter([], day(1))).toBeNull();
    expect(nextEditAfter([day(1)], day(1.5))).toBe(day(2));
    expect(nextEditAfter([day(1)], day(2))).toBeNull();
  });
  it('are possible 10 times in 30 days', () => {
    const ten = Array.from({ length: 10 }, (_, index) => day(index + 1));
    expect(nextEditAfter(ten.slice(1), day(12))).toBeNull();
    expect(nextEditAfter(ten, day(12))).toBe(day(31));
    expect(nextEditAfter(ten, day(31))).toBeNull();
  });
  it('are remembered for as long as they count', () => {
    const edits = Array.from({ length: 40 }, (_, index) => day(index + 1)).reduce<readonly string[]>(
      withEdit,
      [],
    );
    expect([edits.length, edits[0]]).toEqual([30, day(11)]);
  });
});

it('events from before submissions fold to what they did', () =>
  expect(after([changed(10), { type: 'template.confirmed', data: { asOf: 20 } }])).toEqual({
    view: view(),
    removed: false,
    asOf: 20,
  }));
