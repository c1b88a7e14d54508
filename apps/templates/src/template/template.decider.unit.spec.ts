import { describe, it } from '@jest/globals';
import { scenario } from '@wbiz/testing/scenario';
import { template } from './template.decider.js';
import type { TemplateCommand, TemplateEvent } from './template.messages.js';
import type { ListedTemplate } from './template.state.js';
import { AT, changed, LATER, listed, statusMoved, view } from './template.samples.js';

const { given } = scenario(template);
type Note = Extract<TemplateCommand, { type: 'template.note-status' }>['data'];

const imported = (asOf: number, more: Partial<ListedTemplate> = {}, at = LATER) => ({
  type: 'template.import' as const,
  data: { templateId: 'tpl_1', asOf, at, template: listed(more) },
});
const noted = (asOf: number, judged: Note['judged'], reason: string | null = null) => ({
  type: 'template.note-status' as const,
  data: { templateId: 'tpl_1', asOf, at: LATER, judged, reason },
});
const remove = (asOf: number) => ({
  type: 'template.remove' as const,
  data: { templateId: 'tpl_1', asOf, at: LATER },
});
const confirmed = (asOf: number): TemplateEvent => ({ type: 'template.confirmed', data: { asOf } });
const { metaId, name, language } = view();
const removed = (asOf: number): TemplateEvent => ({
  type: 'template.removed',
  data: { templateId: 'tpl_1', metaId, name, language, at: LATER },
  private: { asOf },
});

describe('an import', () => {
  it('makes a template that was not known, without news of its status', () =>
    given()
      .when(imported(10, {}, AT))
      .then(changed(10)));

  it('of what is known already says nothing', () => given(changed(10)).when(imported(20)).thenNothing());

  it('does not take a newly signed link to an example for a change', () => {
    const header = (handle: string) => [
      { type: 'HEADER', format: 'IMAGE', example: { header_handle: [handle] } },
    ];
    given(changed(10, { components: header('https://scontent/1?oe=a') }))
      .when(imported(20, { components: header('https://scontent/1?oe=b') }))
      .thenNothing();
  });

  it('takes over another content, and keeps the time it was made at', () => {
    const components = [{ type: 'BODY', text: 'Hello {{1}}' }];
    given(changed(10))
      .when(imported(20, { components }))
      .then(changed(20, { components, updatedAt: LATER }));
  });

  it('tells of another status, with the reason', () =>
    given(changed(10, { status: 'pending' }))
      .when(imported(20, { status: 'rejected', rejectionReason: 'INVALID_FORMAT' }))
      .then(
        changed(20, { status: 'rejected', rejectionReason: 'INVALID_FORMAT', updatedAt: LATER }),
        statusMoved('rejected', 'INVALID_FORMAT', LATER),
      ));

  it('read before a webhook came leaves alone what the webhook said, and brings the rest', () => {
    const components = [{ type: 'BODY', text: 'Hello {{1}}' }];
    given(changed(10, { status: 'pending' }), changed(30, { status: 'approved' }))
      .when(imported(20, { status: 'pending', components }))
      .then(changed(30, { status: 'approved', components, updatedAt: LATER }));
    given(changed(10, { status: 'pending' }), changed(30))
      .when(imported(20, { status: 'pending' }))
      .thenNothing();
  });

  it('brings a removed template back, as the one it was', () => {
    given(changed(10), removed(20))
      .when(imported(30))
      .then(changed(30, { updatedAt: LATER }));
    given(changed(10), removed(20)).when(imported(15)).thenNothing();
  });
});

describe('a webhook', () => {
  it('moves the status and says why', () =>
    given(changed(10))
      .when(noted(20, { status: 'paused', rejectionReason: null }, 'FIRST_PAUSE'))
      .then(
        changed(20, { status: 'paused', updatedAt: LATER }),
        statusMoved('paused', 'FIRST_PAUSE', LATER),
      ));

  it('moves quality and category without news of the status', () => {
    given(changed(10))
      .when(noted(20, { qualityScore: 'RED' }))
      .then(changed(20, { qualityScore: 'RED', updatedAt: LATER }));
    given(changed(10))
      .when(noted(20, { category: 'MARKETING' }))
      .then(changed(20, { category: 'MARKETING', updatedAt: LATER }));
  });

  it('that comes again says nothing', () =>
    given(changed(20, { status: 'paused' }))
      .when(noted(20, { status: 'paused' }))
      .thenNothing());

  it('that is overtaken by a later one stays without effect, also where the later one changed nothing', () => {
    given(changed(10), changed(30, { status: 'paused' }))
      .when(noted(20, { status: 'approved' }))
      .thenNothing();
    given(changed(10))
      .when(noted(30, { status: 'approved' }))
      .then(confirmed(30));
    given(changed(10), confirmed(30))
      .when(noted(20, { status: 'paused' }))
      .thenNothing();
  });

  it('about a template that is not there, or no more, says nothing', () => {
    given()
      .when(noted(20, { status: 'paused' }))
      .thenNothing();
    given(changed(10), removed(15))
      .when(noted(20, { status: 'paused' }))
      .thenNothing();
  });
});

describe('a removal', () => {
  it('is told once', () => {
    given(changed(10)).when(remove(20)).then(removed(20));
    given(changed(10), removed(20)).when(remove(30)).thenNothing();
    given().when(remove(20)).thenNothing();
  });

  it('of before the template was last heard of has no effect', () =>
    given(changed(30)).when(remove(20)).thenNothing());
});
