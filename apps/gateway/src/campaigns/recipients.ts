import { Readable } from 'node:stream';
import type { ListRecipients, RecipientView } from '@wbiz/contracts/campaign';
import type { Paged } from '@wbiz/contracts/page';
import type { Logger } from '@wbiz/service-kit/logging';
import type { Peers } from '@wbiz/service-kit/peers';
import type { Call } from '../access/call.js';
import { found } from '../found.js';
import { attachment } from '../media/attachment.js';
import { csvLine } from './csv.js';

const PAGE = 200;
const COLUMNS: Readonly<Record<string, (recipient: RecipientView) => string | number | null | undefined>> = {
  contactId: ({ contactId }) => contactId,
  to: ({ to }) => to,
  status: ({ status }) => status,
  reason: ({ reason }) => reason,
  errorCode: ({ error }) => error?.code,
  errorMessage: ({ error }) => error?.message,
  errorDetails: ({ error }) => error?.details,
  metaCode: ({ error }) => error?.metaCode,
  messageId: ({ messageId }) => messageId,
  attempt: ({ attempt }) => attempt,
  statusAt: ({ statusAt }) => statusAt,
};
export const RECIPIENT_COLUMNS = Object.keys(COLUMNS);

type Asked = { readonly id: string; readonly query: ListRecipients; readonly accept: string | undefined };
type Read = (query: ListRecipients) => Promise<Paged<RecipientView>>;

/** A page of a campaign's recipients, or all of them as CSV. */
export function recipientsOf(
  { id, query, accept }: Asked,
  call: Call,
  peers: Pick<Peers, 'ask'>,
  logger: Pick<Logger, 'warn'>,
): Promise<Paged<RecipientView> | Readable> {
  const read: Read = (page) =>
    found(`campaign ${id}`, peers.ask('campaign.recipients', { ...page, accountId: call.account.id, id }));
  return wantsCsv(accept) ? asCsv({ id, query, read }, call, logger) : read(query);
}

/** Whether Accept names CSV before JSON. */
const wantsCsv = (accept = '') =>
  /text\/csv|application\/json|\*\/\*/.exec(accept.toLowerCase())?.[0] === 'text/csv';

/** Streams page by page. If a page cannot be read the connection is broken off: the list must not look complete. */
async function asCsv(
  { id, query, read }: Pick<Asked, 'id' | 'query'> & { readonly read: Read },
  { account, reply, requestId }: Call,
  logger: Pick<Logger, 'warn'>,
): Promise<Readable> {
  const { cursor: _, ...all } = { ...query, limit: PAGE };
  const first = await read(all);
  reply
    .header('content-type', 'text/csv; charset=utf-8; header=present')
    .header('content-disposition', attachment(`${id}-recipients.csv`));
  async function* lines() {
    let { data, nextCursor } = first;
    yield csvLine(RECIPIENT_COLUMNS) + linesOf(data);
    while (nextCursor !== null) {
      ({ data, nextCursor } = await read({ ...all, cursor: nextCursor }));
      yield linesOf(data);
    }
  }
  return Readable.from(lines()).once('error', (err) =>
    logger.warn(
      { err, requestId, accountId: account.id, campaignId: id },
      'recipients CSV: a page was not read; closing the connection, so that the file is incomplete',
    ),
  );
}

const linesOf = (recipients: readonly RecipientView[]) =>
  recipients.map((recipient) => csvLine(Object.values(COLUMNS).map((value) => value(recipient)))).join('');
