import { describe, expect, it } from '@jest/globals';
import type { UpsertContactData } from '@wbiz/contracts/contact';
import type { Rejection } from '@wbiz/eventing/rejection';
import { decide, fold } from '@wbiz/eventing/decider';
import { scenario } from '@wbiz/testing/scenario';
import { contact } from './contact.decider.js';
import type { ContactCommand, ContactEvent } from './contact.messages.js';
import type { ContactFacts } from './contact.state.js';
import {
  AT,
  created,
  facts,
  ID,
  inbound,
  LATER,
  opt,
  optedOut,
  state,
  tagged,
  update,
  updated,
  upsert,
  PHONE,
} from './contact.samples.js';

const { given } = scenario(contact);
const now = { createdAt: LATER, updatedAt: LATER };
const byApi = (optedIn: boolean) => ({ optedIn, how: 'api' as const, at: LATER, by: 'key_1' });

/** The field faults of the refusal. */
function faults(command: ContactCommand, ...past: ContactEvent[]) {
  try {
    decide(contact, command, fold(contact, past));
  } catch (error) {
    return ((error as Rejection).toData().details as { pointer: string }[]).map(({ pointer }) => pointer);
  }
  return [];
}

describe('an upsert', () => {
  it('makes a contact with all that is given', () =>
    given()
      .when(
        upsert({
          name: 'Gaurav',
          email: 'g@example.com',
          tags: ['lead', 'vip'],
          customFields: { city: 'Ahmedabad' },
          optedIn: true,
        }),
      )
      .then(
        created(
          {
            ...now,
            name: 'Gaurav',
            email: 'g@example.com',
            tags: ['lead', 'vip'],
            customFields: { city: 'Ahmedabad' },
            optedIn: true,
            optedInAt: LATER,
          },
          { opt: byApi(true) },
        ),
      ));

  it('of one on file sets what is given, adds its tags and leaves the rest', () =>
    given(created({ name: 'Gaurav', email: 'g@example.com', tags: ['lead'] }))
      .when(upsert({ name: 'Gaurav S', tags: ['vip', 'lead'] }))
      .then(updated(['name', 'tags'], { name: 'Gaurav S', email: 'g@example.com', tags: ['lead', 'vip'] })));

  it.each<[string, Partial<UpsertContactData>]>([
    ['nothing', {}],
    ['what it is', { name: 'Gaurav', tags: ['LEAD'], customFields: { city: 'Pune' } }],
    ['another spelling of the number', { phone: '+918899332212' }],
  ])('of one on file with %s changes nothing', (_what, data) =>
    given(created({ name: 'Gaurav', tags: ['lead'], customFields: { city: 'Pune' } }))
      .when(upsert(data))
      .thenNothing(),
  );

  it('opts in a new contact by default', () =>
    given()
      .when(upsert({ source: 'import', optedInByDefault: true }))
      .then(
        created(
          { ...now, source: 'import', optedIn: true, optedInAt: LATER },
          { opt: { ...byApi(true), how: 'import' } },
        ),
      ));
  it('does not opt in an existing contact by default', () =>
    given(created())
      .when(upsert({ optedInByDefault: true }))
      .thenNothing());

  it('takes names of tags as they are known, each once', () =>
    given()
      .when(upsert({ tags: ['LEAD', 'lead', 'Vip'] }))
      .then(created({ ...now, tags: ['lead', 'vip'] })));

  it('adds tags and fields that no contact had to the account', () =>
    given()
      .when(
        upsert(
          { tags: ['new', 'vip'], customFields: { shoe: '43', city: 'Pune' } },
          {
            ...tagged(['new', { fresh: true }]),
            fields: new Map([
              ...facts().fields,
              ['shoe', { type: 'text', options: null, generation: 1, fresh: true }],
            ]),
          },
        ),
      )
      .then(
        created(
          { ...now, tags: ['new', 'vip'], customFields: { shoe: '43', city: 'Pune' } },
          { fresh: { tags: ['new'], fields: ['shoe'] } },
        ),
      ));
});

describe('a change', () => {
  it('of a contact that is not there is refused', () => given().when(update()).thenRejected('not_found'));
  it('replaces the tags', () =>
    given(created({ tags: ['lead', 'vip'] }))
      .when(update({ tags: ['imported'] }))
      .then(
        updated(
          ['tags'],
          { tags: ['imported'] },
          { gone: ['lead', 'vip'].map((key) => ({ key, generation: 1 })) },
        ),
      ));
  it('empties what is null', () =>
    given(created({ name: 'G', email: 'g@example.com', customFields: { city: 'Pune', age: 3 } }))
      .when(update({ name: null, email: null, customFields: { city: null } }))
      .then(updated(['name', 'email', 'customFields.city'], { customFields: { age: 3 } })));
  it('to what it is, is none', () =>
    given(created({ name: 'G', tags: ['lead'] }))
      .when(update({ name: 'G', tags: ['lead'], customFields: { city: null } }))
      .thenNothing());
  it('never goes back in time', () =>
    given(created({ updatedAt: '2026-11-23T00:00:00.000Z' }))
      .when(update({ name: 'G' }))
      .then(updated(['name'], { name: 'G', updatedAt: '2026-11-23T00:00:00.000Z' })));
});

describe('custom fields', () => {
  it.each<[string, unknown]>([
    ['city', 'x'.repeat(1000)],
    ['age', -1.5],
    ['since', '2026-02-28'],
    ['since', '2026-02-28T10:00:00Z'],
    ['since', '2026-02-28T10:00:00.123+05:30'],
    ['member', false],
    ['plan', 'paid'],
  ])('%s takes %j', (key, value) =>
    given()
      .when(upsert({ customFields: { [key]: value as string } }))
      .then(created({ ...now, customFields: { [key]: value as string } })),
  );
  it.each<[string, unknown]>([
    ['city', 'x'.repeat(1001)],
    ['city', 1],
    ['city', true],
    ['age', '1'],
    ['age', true],
    ['since', '2026-02-30'],
    ['since', '22.11.2026'],
    ['since', '2026-02-28T10:00:00'],
    ['since', 20260228],
    ['member', 'true'],
    ['member', 0],
    ['plan', 'gold'],
    ['plan', 1],
    ['unheard', 1],
    ['unheard', 'text'],
  ])('%s does not take %j', (key, value) => {
    const customFields = { [key]: value as string };
    expect(faults(upsert({ customFields }))).toEqual([`/customFields/${key}`]);
    expect(faults(update({ customFields }), created())).toEqual([`/customFields/${key}`]);
  });
  it('are refused all at once', () =>
    expect(faults(upsert({ customFields: { age: 'x', city: 'Pune', plan: 'x' } }))).toEqual([
      '/customFields/age',
      '/customFields/plan',
    ]));
});

describe('labels', () => {
  const many = Array.from({ length: 101 }, (_, index) => `t${index}`);
  const known = tagged(...many.map((name): [string, object] => [name, {}]));
  it('are at most 100 on a contact', () => {
    given()
      .when(upsert({ tags: many.slice(1) }, known))
      .then(created({ ...now, tags: many.slice(1) }));
    expect(faults(upsert({ tags: many.slice(0, 1) }, known), created({ tags: many.slice(1) }))).toEqual([
      '/tags',
    ]);
  });
  it('that were deleted are not there any more', () =>
    given(created({ tags: ['lead', 'vip'], customFields: { city: 'Pune', age: 1 } }))
      .when(
        update(
          { name: 'G' },
          {
            ...tagged(['vip', { generation: 2, fresh: true }]),
            fields: new Map([['age', facts().fields.get('age')!]]),
          },
        ),
      )
      .then(
        updated(
          ['name'],
          { name: 'G', tags: ['lead'], customFields: { age: 1 } },
          { gone: [{ key: 'vip', generation: 1 }] },
        ),
      ));
  it('that were made anew are others', () =>
    given(created({ tags: ['vip'] }))
      .when(upsert({ tags: ['VIP'] }, tagged(['vip', { name: 'VIP', generation: 2, fresh: true }])))
      .then(
        updated(
          ['tags'],
          { tags: ['VIP'] },
          { tags: [2], gone: [{ key: 'vip', generation: 1 }], fresh: { tags: ['VIP'], fields: [] } },
        ),
      ));

  const forget = (over: object): ContactCommand => ({
    type: 'contact.forget-label',
    data: { contactId: ID, kind: 'tag', key: 'vip', generation: 1, ...over },
    facts: facts(),
  });
  it('are taken off once', () => {
    const forgotten = {
      type: 'contact.label_forgotten',
      data: forget({}).data,
      private: { createdAt: AT, gone: [{ key: 'vip', generation: 1 }] },
    } as ContactEvent;
    given(created({ tags: ['lead', 'VIP'] }))
      .when(forget({}))
      .then(forgotten);
    given(created({ tags: ['lead', 'VIP'] }), forgotten)
      .when(forget({}))
      .thenNothing();
    expect(fold(contact, [created({ tags: ['lead', 'VIP'] }, { tags: [3, 1] }), forgotten])).toMatchObject({
      contact: { tags: ['lead'] },
      tags: [3],
    });
  });
  it('of another generation stay', () => {
    given(created({ tags: ['vip'] }, { tags: [2] }))
      .when(forget({}))
      .thenNothing();
    given(created({ customFields: { city: 'Pune' } }, { fields: { city: 2 } }))
      .when(forget({ kind: 'field', key: 'city' }))
      .thenNothing();
  });
  it('of fields go with their values', () => {
    const command = forget({ kind: 'field', key: 'city' });
    const event = {
      type: 'contact.label_forgotten',
      data: command.data,
      private: { createdAt: AT, gone: [] },
    } as ContactEvent;
    given(created({ customFields: { city: 'Pune', age: 1 } }))
      .when(command)
      .then(event);
    expect(fold(contact, [created({ customFields: { city: 'Pune', age: 1 } }), event])).toMatchObject({
      contact: { customFields: { age: 1 } },
      fields: { age: 1 },
    });
  });
});

describe('an opt-in', () => {
  const agreed = created({ optedIn: true, optedInAt: AT }, { opt: { ...byApi(true), at: AT } });
  const gone = { optedInAt: AT, optedOutAt: LATER };
  it('is withdrawn by a request', () =>
    given(agreed)
      .when(update({ optedIn: false }))
      .then(updated(['optedIn', 'optedOutAt'], gone, { opt: byApi(false) }), optedOut('api', 'key_1')));
  it('is withdrawn by a word', () =>
    given(agreed)
      .when(opt())
      .then(
        updated(
          ['optedIn', 'optedOutAt'],
          gone,
          { opt: { optedIn: false, how: 'stop_word', at: LATER, by: null } },
          { by: null },
        ),
        optedOut('stop_word', null),
      ));
  it('may be refused by somebody who never gave it', () =>
    given(created())
      .when(upsert({ optedIn: false }))
      .then(updated(['optedOutAt'], { optedOutAt: LATER }, { opt: byApi(false) }), optedOut('api', 'key_1')));
  it('creates the contact of a person who has none', () =>
    given()
      .when(opt({ how: 'stop_word' }))
      .then(
        created(
          { ...now, source: 'inbound', optedOutAt: LATER },
          { opt: { optedIn: false, how: 'stop_word', at: LATER, by: null } },
          { by: null },
        ),
        optedOut('stop_word', null),
      ));
  it.each(['start_word', 'user_preferences'] as const)(
    'counts by %s only from a person who had opted out',
    (how) => {
      const start = opt({ optedIn: true, how });
      given().when(start).thenNothing();
      given(created()).when(start).thenNothing();
      given(agreed).when(start).thenNothing();
      given(created({ optedOutAt: AT }, { opt: { ...byApi(false), at: AT } }))
        .when(start)
        .then(
          updated(
            ['optedIn', 'optedInAt', 'optedOutAt'],
            { optedIn: true, optedInAt: LATER },
            { opt: { optedIn: true, how, at: LATER, by: null } },
            { by: null },
          ),
        );
    },
  );
  it.each([true, false])('that is %s already keeps its time', (optedIn) =>
    given(optedIn ? agreed : created({ optedOutAt: AT }, { opt: { ...byApi(false), at: AT } }))
      .when(upsert({ optedIn }))
      .thenNothing(),
  );
  it('is given again after it was withdrawn', () =>
    given(agreed, updated(['optedIn', 'optedOutAt'], gone, { opt: byApi(false) }))
      .when(update({ optedIn: true, at: '2026-11-22T12:00:00.000Z' }))
      .then(
        updated(
          ['optedIn', 'optedInAt', 'optedOutAt'],
          { optedIn: true, optedInAt: '2026-11-22T12:00:00.000Z', updatedAt: '2026-11-22T12:00:00.000Z' },
          { opt: { ...byApi(true), at: '2026-11-22T12:00:00.000Z' } },
        ),
      ));
  it('counts what the person said in the same second, which WhatsApp cuts off', () =>
    given(created({ optedIn: true }, { opt: { ...byApi(true), at: '2026-11-22T10:00:00.900Z' } }))
      .when(opt({ saidAt: '2026-11-22T10:00:00.000Z' }))
      .then(
        updated(
          ['optedIn', 'optedOutAt'],
          { optedOutAt: AT },
          { opt: { optedIn: false, how: 'stop_word', at: AT, by: null } },
          { by: null },
        ),
        {
          ...optedOut('stop_word', null),
          data: { ...optedOut('stop_word', null).data, at: AT },
        } as ContactEvent,
      ));
  it('is not touched by what the person said before', () =>
    given(agreed)
      .when(opt({ saidAt: '2026-11-22T09:59:59.000Z' }))
      .thenNothing());
});

describe('a person who writes in', () => {
  it('has a contact from then on', () =>
    given()
      .when(inbound({ userId: 'IN.1' }))
      .then(
        created(
          { ...now, name: 'Asha', userId: 'IN.1', source: 'inbound' },
          { named: 'whatsapp' },
          { by: null },
        ),
      ));
  it('and has a contact leaves it as it is', () =>
    given(created({ name: 'G' }))
      .when(inbound())
      .thenNothing());
  it('gives a name where there is none', () =>
    given(created())
      .when(inbound())
      .then(updated(['name'], { name: 'Asha' }, { named: 'whatsapp' }, { by: null })));
  describe('that has its name from WhatsApp', () => {
    const federico = created({ source: 'inbound', name: 'Federico' }, { named: 'whatsapp' }, { by: null });
    const renamed = inbound({ name: 'Federicoso' });
    it('has it from the first message', () =>
      given()
        .when(inbound({ name: 'Federico', at: AT }))
        .then(federico));
    it('follows it', () =>
      given(federico)
        .when(renamed)
        .then(
          updated(['name'], { source: 'inbound', name: 'Federicoso' }, { named: 'whatsapp' }, { by: null }),
        ));
    it('keeps it where a message brings none', () =>
      given(federico)
        .when(inbound({ name: null }))
        .thenNothing());
    it('keeps one that a request gave', () =>
      given(federico, updated(['name'], { source: 'inbound', name: 'Fede' }))
        .when(renamed)
        .thenNothing());
    it('keeps it once a request gave the same', () => {
      const settled: ContactEvent = { type: 'contact.name_settled', data: { at: LATER, by: 'key_1' } };
      given(federico)
        .when(update({ name: 'Federico' }))
        .then(settled);
      given(federico, settled).when(renamed).thenNothing();
      given(federico, settled)
        .when(update({ name: 'Federico' }))
        .thenNothing();
    });
    it('has it again once a request emptied it', () =>
      given(federico, updated(['name'], { source: 'inbound', name: null }))
        .when(renamed)
        .then(
          updated(['name'], { source: 'inbound', name: 'Federicoso' }, { named: 'whatsapp' }, { by: null }),
        ));
    it('goes on following it through other changes', () =>
      given(federico)
        .when(update({ email: 'f@example.com' }))
        .then(
          updated(
            ['email'],
            { source: 'inbound', name: 'Federico', email: 'f@example.com' },
            { named: 'whatsapp' },
          ),
        ));
  });
  it('is linked with the user id', () =>
    given(created({ name: 'G' }))
      .when(inbound({ userId: 'IN.1' }))
      .then(updated(['userId'], { name: 'G', userId: 'IN.1' }, {}, { by: null })));
});

describe('two contacts of one person', () => {
  const twin = state(
    { id: 'cnt_2', phone: null, userId: 'IN.1', name: 'A', email: 'a@example.com', tags: ['vip'] },
    { opt: { optedIn: false, how: 'stop_word', at: LATER, by: null } },
  );
  const both: ContactFacts = facts({
    twins: [
      {
        ...twin,
        contact: { ...twin.contact, optedOutAt: LATER, customFields: { city: 'Pune' } },
        fields: { city: 1 },
      },
    ],
  });
  it('become one, which has what it lacked', () =>
    given(created({ name: 'G', tags: ['lead'] }))
      .when(inbound({ userId: 'IN.1' }, both))
      .then(
        updated(
          ['userId', 'email', 'optedOutAt', 'tags', 'customFields.city'],
          {
            name: 'G',
            userId: 'IN.1',
            email: 'a@example.com',
            tags: ['lead', 'vip'],
            customFields: { city: 'Pune' },
            optedOutAt: LATER,
          },
          { opt: twin.opt },
          { by: null, merged: 'cnt_2' },
        ),
      ));
  it.each([
    ['in the same second', '2026-11-22T11:00:00.450Z', false],
    ['a second before', '2026-11-22T10:59:59.999Z', false],
    ['a second later', '2026-11-22T11:00:01.000Z', true],
  ])('become one that is out where the other came in %s', (_when, at, isIn) => {
    const cameIn = { optedIn: true, how: 'api' as const, at, by: 'key_1' };
    const known = created({ optedIn: true, optedInAt: at }, { opt: cameIn });
    const [event] = decide(contact, inbound({ userId: 'IN.1' }, both), fold(contact, [known]));
    expect(event).toMatchObject({
      data: { contact: { optedIn: isIn, optedOutAt: isIn ? null : LATER } },
      private: { opt: isIn ? cameIn : twin.opt },
    });
  });
  it('become one that is new', () =>
    given()
      .when(upsert({ userId: 'IN.1', name: 'G' }, both))
      .then(
        created(
          {
            ...now,
            name: 'G',
            userId: 'IN.1',
            email: 'a@example.com',
            tags: ['vip'],
            customFields: { city: 'Pune' },
            optedOutAt: LATER,
          },
          { opt: twin.opt },
          { merged: 'cnt_2' },
        ),
      ));

  const merged: ContactEvent = {
    type: 'contact.merged',
    data: { contactId: ID, into: 'cnt_9', at: AT },
    private: { createdAt: AT, gone: [{ key: 'vip', generation: 1 }] },
  };
  const merge: ContactCommand = { type: 'contact.merge', data: merged.data, facts: facts() };
  it('leave one without tags behind, once', () => {
    given(created({ tags: ['vip'] }))
      .when(merge)
      .then(merged);
    given(created(), merged).when(merge).thenNothing();
    expect(fold(contact, [created({ tags: ['vip'] }), merged])).toMatchObject({
      mergedInto: 'cnt_9',
      contact: { tags: [] },
      tags: [],
    });
  });
  it('of which the merged one takes no more commands', () => {
    given(created(), merged)
      .when(update({ name: 'G' }))
      .thenRejected('conflict');
    given(created(), merged)
      .when({ ...merge, data: { ...merged.data, into: 'cnt_8' } } as ContactCommand)
      .thenNothing();
  });
  it('may be three, which become one', () => {
    const third = state({ id: 'cnt_3', name: 'T', tags: ['lead'] }, { formerPhones: ['+14155550100'] });
    const kept = { opt: twin.opt, formerPhones: ['+14155550100'] };
    const whole = { ...both.twins[0]!.contact, ...{ id: ID, phone: PHONE, name: 'G' } };
    const { tags: _, updatedAt: _u, ...rest } = whole;
    given(created({ name: 'G' }))
      .when(inbound({ userId: 'IN.1' }, { ...both, twins: [...both.twins, third] }))
      .then(
        updated(
          ['userId', 'email', 'optedOutAt', 'tags', 'customFields.city'],
          { ...rest, tags: ['vip', 'lead'] },
          kept,
          { by: null, merged: 'cnt_2' },
        ),
        updated([], { ...rest, tags: ['vip', 'lead'] }, kept, { by: null, merged: 'cnt_3' }),
      );
  });
  it('are not made one by a request with a user id that another contact has', () => {
    const taken = facts({ takenBy: 'cnt_2' });
    given(created())
      .when(upsert({ userId: 'IN.1' }, taken))
      .thenRejected('conflict');
    given(created({ name: 'G' }))
      .when(inbound({ userId: 'IN.1' }, taken))
      .then(updated(['userId'], { name: 'G', userId: 'IN.1' }, {}, { by: null }));
  });
});

describe('the ids of a contact', () => {
  const ids = ['cnt_7'];
  const linked: ContactEvent = {
    type: 'contact.linked',
    data: { contactId: ID, phone: PHONE, userId: 'IN.1', ids, at: LATER },
  };
  const known = facts({ unclaimed: ids });
  it('are all that its number and its user id lead to', () => {
    given()
      .when(upsert({ userId: 'IN.1' }, known))
      .then(created({ ...now, userId: 'IN.1' }), linked);
    given(created({ name: 'G', userId: 'IN.1' }))
      .when(inbound({ userId: 'IN.1' }, known))
      .then(linked);
    given(created({ userId: 'IN.1' }), linked)
      .when(update({ name: 'G' }))
      .then(updated(['name'], { name: 'G', userId: 'IN.1' }));
  });
  it('lead to it if no contact has them', () => {
    const data = { contactId: 'cnt_7', into: ID, at: LATER };
    const claimed: ContactEvent = { type: 'contact.claimed', data };
    given().when({ type: 'contact.merge', data, facts: facts() }).then(claimed);
    given(claimed).when({ type: 'contact.merge', data, facts: facts() }).thenNothing();
    expect(fold(contact, [claimed])).toMatchObject({ mergedInto: ID, contact: { id: 'cnt_7', phone: null } });
  });
  it('are not taken from a contact that they lead to', () =>
    given(created())
      .when({ type: 'contact.merge', data: { contactId: 'cnt_7', into: 'cnt_8', at: LATER }, facts: facts() })
      .thenNothing());
});

describe('a person with another number', () => {
  const NEW = '+14155550123';
  const change = (to: { phone?: string | null; userId?: string | null }): ContactCommand => ({
    type: 'contact.note-change',
    data: { contactId: ID, phone: null, userId: null, at: LATER, ...to },
    facts: facts(),
  });
  const moved = updated(['phone'], { phone: NEW }, { formerPhones: [PHONE] }, { by: null });
  it('is followed by its contact, which keeps the former one', () => {
    given(created())
      .when(change({ phone: NEW }))
      .then(moved);
    given(created(), moved)
      .when(change({ phone: NEW }))
      .thenNothing();
    given(created(), moved)
      .when(change({ phone: PHONE }))
      .then(updated(['phone'], {}, { formerPhones: [NEW] }, { by: null }));
  });
  it('is followed where it writes from there, with the user id that it had', () =>
    given(created({ name: 'G' }))
      .when(inbound({ phone: NEW }))
      .then(updated(['phone'], { name: 'G', phone: NEW }, { formerPhones: [PHONE] }, { by: null })));
  it('is not taken back by what it wrote from the former one', () =>
    given(created({ name: 'G' }), updated(['phone'], { name: 'G', phone: NEW }, { formerPhones: [PHONE] }))
      .when(inbound())
      .thenNothing());
  it('is not one whose number is spelled otherwise', () =>
    given(created({ name: 'G', phone: '+5511987654321' }))
      .when(inbound({ phone: '+551187654321' }))
      .thenNothing());
  it('or another user id is followed', () => {
    given(created({ userId: 'IN.1' }))
      .when(change({ userId: 'IN.2' }))
      .then(updated(['userId'], { userId: 'IN.2' }, {}, { by: null }));
    given(created({ userId: 'IN.1' }))
      .when(change({ phone: NEW, userId: 'IN.2' }))
      .then(
        updated(['phone', 'userId'], { phone: NEW, userId: 'IN.2' }, { formerPhones: [PHONE] }, { by: null }),
      );
  });
  it('that is not on file stays so', () =>
    given()
      .when(change({ phone: NEW }))
      .thenNothing());
  it('is not moved by a request', () =>
    given(created(), moved)
      .when(upsert({ name: 'G' }))
      .then(updated(['name'], { name: 'G', phone: NEW }, { formerPhones: [PHONE] })));
});
