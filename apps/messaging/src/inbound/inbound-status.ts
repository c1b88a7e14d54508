import { fateOf } from '@wbiz/cloud-api/graph-error-fates';
import { LIMITS } from '@wbiz/contracts/limits';
import type { MessageError } from '@wbiz/contracts/message';
import type { MetaItem, MetaStatus } from '@wbiz/contracts/meta/inbound';
import { entryOf, faultOf, objects, text, timeOf } from '@wbiz/contracts/meta/item';
import { metaError } from '../message/meta-error.js';

/** Our status by Meta's status; a status not listed is ignored. A voice message that was played counts as read. */
const STATUSES = {
  sent: 'sent',
  delivered: 'delivered',
  read: 'read',
  played: 'read',
  failed: 'failed',
} as const;

/**
 * Parses a status from Meta. Undefined for one that is ignored: without wamid, of an unknown kind, or about one member
 * of a group. `messageId`: undefined if Meta returns no id of ours.
 */
export function statusFrom({ status, phoneNumberId, receivedAt }: MetaStatus) {
  const wamid = text(status['id'], LIMITS.wamid);
  const said = entryOf(STATUSES, status['status']);
  if (!wamid || !said || status['recipient_type'] === 'group') return undefined;
  const ours = text(status['biz_opaque_callback_data']);
  const [fault] = objects(status['errors']);
  return {
    messageId: ours?.startsWith('msg_') ? ours : undefined,
    report: {
      wamid,
      phoneNumberId,
      status: said,
      at: timeOf(status['timestamp'], receivedAt),
      error: fault ? errorOf(fault) : null,
    },
  };
}

function errorOf(fault: MetaItem): MessageError {
  const error = faultOf(fault);
  return metaError(fateOf({ ...error, httpStatus: 0 }).answer, error);
}
