import { describe, expect, it } from '@jest/globals';
import { statusFrom } from './inbound-status.js';

const AT = '2025-06-08T20:39:43.000Z';

describe('a status of Meta’s', () => {
  const told = (status: Record<string, unknown>) =>
    statusFrom({
      wabaId: '1',
      phoneNumberId: '106',
      receivedAt: AT,
      status: { id: 'wamid.A', timestamp: '1749415183', status: 'sent', ...status },
    });
  const report = { wamid: 'wamid.A', phoneNumberId: '106', status: 'sent', at: AT, error: null };

  it.each([
    ['with our id', { biz_opaque_callback_data: 'msg_1' }, { messageId: 'msg_1', report }],
    ['without any', {}, { messageId: undefined, report }],
    [
      'with an id of another system',
      { biz_opaque_callback_data: 'order-7' },
      { messageId: undefined, report },
    ],
    ['played', { status: 'played' }, { messageId: undefined, report: { ...report, status: 'read' } }],
    ['of a group', { recipient_type: 'group', recipient_participant_id: '1' }, undefined],
    ['of a kind of tomorrow', { status: 'teleported' }, undefined],
    ['of an odd kind', { status: 'toString' }, undefined],
    ['about nothing', { id: undefined }, undefined],
    ['with an id that no message has', { id: 'w'.repeat(301) }, undefined],
    [
      'about money too',
      { pricing: { billable: true }, conversation: { id: '7' } },
      { messageId: undefined, report },
    ],
    [
      'failed',
      {
        status: 'failed',
        errors: [
          {
            code: 131049,
            title: 'Not delivered',
            message: 'Not delivered',
            error_data: { details: 'To keep the ecosystem healthy.' },
          },
        ],
      },
      {
        messageId: undefined,
        report: {
          ...report,
          status: 'failed',
          error: {
            code: 'rejected_by_meta',
            message: 'Not delivered',
            metaCode: 131049,
            details: 'To keep the ecosystem healthy.',
          },
        },
      },
    ],
  ])('%s', (_what, status, found) => expect(told(status)).toEqual(found));
});

it.each([
  [131026, 'rejected_by_meta'],
  [131047, 'rejected_by_meta'],
  [131042, 'upstream_error'],
  [131000, 'upstream_error'],
])('says whose fault a failed status with %i is: %s', (code, expected) => {
  const status = { id: 'wamid.1', status: 'failed', errors: [{ code, title: 'Why' }] };
  const found = statusFrom({
    wabaId: '1',
    phoneNumberId: '2',
    receivedAt: '2026-11-22T10:00:00.000Z',
    status,
  });
  expect(found?.report.error).toEqual({ code: expected, message: 'Why', metaCode: code });
});
