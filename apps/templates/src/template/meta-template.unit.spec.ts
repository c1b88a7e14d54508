import { describe, expect, it } from '@jest/globals';
import {
  isKnownStatus,
  isNameable,
  listedTemplate,
  META_EVENTS,
  META_STATUSES,
  templateNews,
} from './meta-template.js';

const meta = (more: object = {}) => ({
  id: '7000000000000001',
  name: 'order_shipped',
  language: 'en_US',
  status: 'APPROVED',
  category: 'UTILITY',
  components: [{ type: 'BODY', text: 'Hi' }],
  ...more,
});
const about = (value: object) => ({ message_template_id: 7000000000000001, ...value });
const statusUpdate = (value: object) =>
  templateNews({ field: 'message_template_status_update', value: about(value) });

describe('a template in a list of Meta', () => {
  it.each([
    ['APPROVED', 'approved'],
    ['PENDING', 'pending'],
    ['IN_APPEAL', 'pending'],
    ['PENDING_DELETION', undefined],
    ['REJECTED', 'rejected'],
    ['PAUSED', 'paused'],
    ['DISABLED', 'disabled'],
    ['LIMIT_EXCEEDED', 'disabled'],
    ['ARCHIVED', 'disabled'],
    ['DELETED', undefined],
  ])('%s is %s', (status, ours) => expect(listedTemplate(meta({ status }))?.status).toBe(ours));

  it('has every status in the table, and takes one that Meta has added for pending', () => {
    expect(META_STATUSES.every(isKnownStatus)).toBe(true);
    expect(isKnownStatus('MELTED')).toBe(false);
    expect(isKnownStatus('constructor')).toBe(false);
    expect(listedTemplate(meta({ status: 'MELTED' }))?.status).toBe('pending');
  });

  it.each([
    ['id', 40],
    ['name', 512],
    ['language', 15],
  ])('has an %s of at most %d characters', (part, max) => {
    expect(isNameable(meta({ [part]: 'x'.repeat(max) }))).toBe(true);
    for (const other of ['x'.repeat(max + 1), '', '\ud800', undefined])
      expect(isNameable(meta({ [part]: other }))).toBe(false);
  });

  it('keeps a reason only where it was rejected', () => {
    expect(listedTemplate(meta({ status: 'REJECTED', rejected_reason: 'SCAM' }))?.rejectionReason).toBe(
      'SCAM',
    );
    const long = listedTemplate(meta({ status: 'REJECTED', rejected_reason: `${'x'.repeat(999)}😀y` }));
    expect(long?.rejectionReason).toBe(`${'x'.repeat(999)}😀`);
    expect(listedTemplate(meta({ rejected_reason: 'NONE' }))?.rejectionReason).toBeNull();
    expect(listedTemplate(meta({ rejected_reason: 'SCAM' }))?.rejectionReason).toBeNull();
  });

  it('has a quality where Meta knows one', () => {
    expect(listedTemplate(meta({ quality_score: { score: 'RED' } }))?.qualityScore).toBe('RED');
    expect(listedTemplate(meta({ quality_score: { score: 'UNKNOWN' } }))?.qualityScore).toBeNull();
    expect(listedTemplate(meta())?.qualityScore).toBeNull();
  });

  it('has positional parameters unless it says NAMED', () => {
    expect(listedTemplate(meta({ parameter_format: 'NAMED' }))?.parameterFormat).toBe('NAMED');
    expect(listedTemplate(meta())?.parameterFormat).toBe('POSITIONAL');
  });
});

describe('a status update', () => {
  it.each([
    ['APPROVED', 'approved'],
    ['REINSTATED', 'approved'],
    ['PENDING', 'pending'],
    ['IN_APPEAL', 'pending'],
    ['REJECTED', 'rejected'],
    ['PAUSED', 'paused'],
    ['DISABLED', 'disabled'],
    ['LIMIT_EXCEEDED', 'disabled'],
    ['ARCHIVED', 'disabled'],
  ])('%s judges it %s', (event, status) =>
    expect(statusUpdate({ event, reason: 'NONE' })).toMatchObject({
      metaId: '7000000000000001',
      news: 'judged',
      judged: { status, rejectionReason: null },
      reason: null,
    }),
  );

  it.each([
    ['DELETED', 'gone'],
    ['PENDING_DELETION', 'gone'],
    ['UNARCHIVED', 'ask'],
    ['FLAGGED', 'ask'],
    ['LOCKED', 'ask'],
    ['MELTED', 'ask'],
    ['toString', 'ask'],
  ])('%s: %s', (event, news) => expect(statusUpdate({ event })).toMatchObject({ news }));

  it('knows every event of Meta by the table', () =>
    expect(META_EVENTS.filter((event) => statusUpdate({ event })?.news === 'ask').sort()).toEqual([
      'FLAGGED',
      'LOCKED',
      'UNARCHIVED',
    ]));

  it('carries the reason of a rejection, and that of a pause', () => {
    expect(statusUpdate({ event: 'REJECTED', reason: 'SCAM' })).toMatchObject({
      judged: { rejectionReason: 'SCAM' },
      reason: 'SCAM',
    });
    expect(
      statusUpdate({ event: 'PAUSED', reason: null, other_info: { title: 'FIRST_PAUSE' } }),
    ).toMatchObject({
      judged: { rejectionReason: null },
      reason: 'FIRST_PAUSE',
    });
  });
});

describe('other news of a template', () => {
  const news = (field: string, value: object) => templateNews({ field, value: about(value) });

  it('is its quality, also under the field name that Meta uses by mistake', () => {
    const value = { previous_quality_score: 'GREEN', new_quality_score: 'YELLOW' };
    for (const field of ['message_template_quality_update', 'message_template_status_update'])
      expect(news(field, value)).toMatchObject({ judged: { qualityScore: 'YELLOW' } });
  });

  it('is its category once it has changed, and nothing when it is about to', () => {
    expect(
      news('template_category_update', { previous_category: 'UTILITY', new_category: 'MARKETING' }),
    ).toMatchObject({
      judged: { category: 'MARKETING' },
    });
    expect(
      news('template_category_update', { new_category: 'UTILITY', correct_category: 'MARKETING' }),
    ).toMatchObject({ news: 'nothing' });
    expect(news('template_category_update', { new_category: 'UTILITY' })).toMatchObject({ news: 'nothing' });
  });

  it('of its components is asked of Meta', () =>
    expect(news('message_template_components_update', { message_template_element: 'Hi' })).toMatchObject({
      news: 'ask',
    }));

  it('takes ids as numbers and as texts, and is none without one', () => {
    const of = (id: unknown) =>
      templateNews({ field: 'message_template_components_update', value: { message_template_id: id } })
        ?.metaId;
    expect(of('12345678901234567')).toBe('12345678901234567');
    expect(of(123)).toBe('123');
    expect(of(undefined)).toBeUndefined();
    expect(templateNews({ field: 'account_update', value: about({}) })).toBeUndefined();
  });
});
