import { describe, it } from '@jest/globals';
import type { CreatePreset, PresetView, UpdatePreset } from '@wbiz/contracts/preset';
import { scenario } from '@wbiz/testing/scenario';
import { preset, type PresetCommand, type PresetEvent } from './preset.decider.js';

const AT = '2026-11-22T10:00:00.000Z';
const LATER = '2026-11-22T11:00:00.000Z';
const ID = 'int_1';
const BUTTONS = [
  { id: 'sales', title: 'Sales' },
  { id: 'support', title: 'Support' },
];
const CARD = { kind: 'buttons', body: 'How can we help?', buttons: BUTTONS } satisfies CreatePreset;
const LIST = {
  kind: 'list',
  button: 'Open',
  sections: [{ rows: [{ id: 'a', title: 'A' }] }],
} satisfies UpdatePreset;

const view = (given: Omit<PresetView, 'id' | 'createdAt' | 'updatedAt'>, updatedAt = AT): PresetView => ({
  id: ID,
  ...given,
  createdAt: AT,
  updatedAt,
});
const create = (card: CreatePreset = CARD): PresetCommand => ({
  type: 'preset.create',
  data: { presetId: ID, ...card, at: AT },
});
const update = (change: UpdatePreset): PresetCommand => ({
  type: 'preset.update',
  data: { presetId: ID, ...change, at: LATER },
});
const remove: PresetCommand = { type: 'preset.delete', data: { presetId: ID, at: LATER } };
const created = (card: Partial<CreatePreset> = {}): PresetEvent => ({
  type: 'preset.created',
  data: view({ name: null, ...CARD, ...card }),
});
const updated = (...given: Parameters<typeof view>): PresetEvent => ({
  type: 'preset.updated',
  data: view(given[0], LATER),
});
const deleted: PresetEvent = { type: 'preset.deleted', data: { presetId: ID, at: LATER } };
const { given } = scenario(preset);

describe('a preset', () => {
  it('is created, with a name or without', () => {
    given().when(create()).then(created());
    given()
      .when(create({ ...CARD, name: 'Hello' }))
      .then(created({ name: 'Hello' }));
  });
  it.each<UpdatePreset>([
    { name: 'Hello' },
    { body: 'Pick an option to continue.' },
    { header: { type: 'text', text: 'Hi' }, footer: 'Bye' },
    { buttons: [{ id: 'sales', title: 'Buy' }] },
  ])('changes what is given: %j', (change) =>
    given(created())
      .when(update(change))
      .then(updated({ name: null, ...CARD, ...(change as object) })),
  );
  it('is emptied of what is null', () =>
    given(created({ name: 'Hello', footer: 'Bye', header: { type: 'text', text: 'Hi' } }))
      .when(update({ name: null, footer: null, header: null }))
      .then(updated({ name: null, ...CARD })));
  it('does not change by what it is already', () => {
    given(created({ name: 'Hello' }))
      .when(update({ ...CARD, name: 'Hello', buttons: BUTTONS.map((button) => ({ ...button })) }))
      .thenNothing();
    given(created())
      .when(update({ footer: null }))
      .thenNothing();
    given(created()).when(update({})).thenNothing();
  });

  it('becomes one of another kind, and loses the parts of the one before', () => {
    const list = { name: null, body: CARD.body, ...LIST };
    given(created()).when(update(LIST)).then(updated(list));
    given(created(), updated(list))
      .when(update({ kind: 'buttons', buttons: BUTTONS }))
      .then(updated({ name: null, ...CARD }));
  });
  it.each<[string, UpdatePreset, string[]]>([
    ['a kind without its parts', { kind: 'list' }, ['/button', '/sections']],
    ['a part of another kind', { url: 'https://example.com' }, ['/url']],
    ['a part of the kind before', { ...LIST, buttons: BUTTONS }, ['/buttons']],
    ['nothing where the kind wants it', { buttons: null }, ['/buttons']],
    ['a body too long for the kind', { body: 'x'.repeat(1025) }, ['/body']],
    ['a button twice', { buttons: [BUTTONS[0]!, BUTTONS[0]!] }, ['/buttons/1/id', '/buttons/1/title']],
    ['a header that lacks what it shows', { header: { type: 'image' } }, ['/header/link']],
  ])('is checked as a whole: %s', (_what, change, pointers) =>
    given(created())
      .when(update(change))
      .thenRejected('invalid_request', ...pointers),
  );

  it('is deleted', () => given(created()).when(remove).then(deleted));
  it.each([[[]], [[created(), deleted]]])(
    'that is not there can be neither changed nor deleted (%#)',
    (past) => {
      given(...past)
        .when(update({ body: 'x' }))
        .thenRejected('not_found');
      given(...past)
        .when(remove)
        .thenRejected('not_found');
    },
  );
});
