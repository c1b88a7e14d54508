import { nameByType } from '@wbiz/contracts/media/file-name';
import { isMetasMediaId } from '@wbiz/contracts/media';
import { personKey } from '@wbiz/contracts/text/phone';
import type { SendMessageData } from '@wbiz/contracts/send';
import type { TemplateView } from '@wbiz/contracts/template';
import type { Command } from '@wbiz/eventing/message';
import { microBatch } from '@wbiz/eventing/micro-batch';
import { PeerUnavailable } from '@wbiz/eventing/rpc/rpc-client';
import type { Pool } from 'pg';
import { windowEndAfter } from '../conversation/service-window.js';
import { FRESH } from '../media/meta-copies.js';
import { placeOf } from '../person/people.js';
import type { SendFacts } from './message.commands.js';
import type { Medium } from './graph-body.js';
import { mediaOf } from './compose-send.js';

type Send = Command<'message.send', SendMessageData>;
type Stored = { mime_type: string | null; filename: string | null; meta_media_id: string | null };
type Row = Stored & {
  ord: string;
  window_expires_at: Date | null;
  first_day_until: Date | null;
  template: TemplateView | null;
  reply_wamid: string | null;
  reacted_wamid: string | null;
  person: string | null;
};
export const SEND_FACTS = Symbol('SEND_FACTS');
export type LookUpFacts = (send: Send) => Promise<SendFacts>;
export type Owners = {
  readonly template: (accountId: string, name: string, language: string) => Promise<TemplateView | null>;
  readonly optedOut: (accountId: string, contactId: string) => Promise<boolean>;
};

/**
 * Looks up the facts for sends; one statement for all pending sends. Asks the templates service for a template that
 * this service's copy lacks or has as not approved, since the copy may be behind. Asks the contacts service about the
 * opt-out, which must take effect at once; not for campaigns, which check it themselves.
 */
export function sendFacts(pool: Pool, owners: Owners): LookUpFacts {
  const lookUp = microBatch((sends: readonly Send[]) => rowsOf(pool, sends));
  return async (send) => {
    const { data, accountId } = send;
    const row = await lookUp(send);
    const place = row.person === null ? undefined : placeOf(accountId, data.phoneNumberId, row.person);
    const window = place ? await windowOf(pool, place.conversationId) : row.window_expires_at;
    const ids = mediaOf(data).map(({ id }) => id);
    const [first, ...more] = ids;
    const stored = more.length > 0 ? await otherMedia(pool, accountId, more) : new Map<string, Stored>();
    if (first !== undefined) stored.set(first, row);
    const { replyTo } = data.request;
    const template =
      data.kind === 'template' && row.template?.status !== 'approved'
        ? await owners
            .template(accountId, data.request.template, data.request.language)
            .catch(orWhenAway(row.template ?? ('unavailable' as const)))
        : row.template;
    const optedOut =
      !data.campaign &&
      template !== null &&
      template !== 'unavailable' &&
      template.category.toUpperCase() === 'MARKETING'
        ? await owners
            .optedOut(accountId, (place ?? data).contactId)
            .catch(orWhenAway('unavailable' as const))
        : false;
    return {
      windowExpiresAt: window?.toISOString() ?? null,
      firstDayUntil: row.first_day_until?.toISOString() ?? null,
      template,
      media: mediaFrom(ids, stored),
      replyToWamid: replyTo?.startsWith('wamid.') ? replyTo : row.reply_wamid,
      reactedWamid: row.reacted_wamid,
      optedOut,
      ...(place && { place }),
    };
  };
}

/** One row per send, in order. */
async function rowsOf(pool: Pool, sends: readonly Send[]): Promise<Row[]> {
  const { rows } = await pool.query<Row>({
    name: 'send-facts',
    text: `select q.ord, c.window_expires_at, ${windowEndAfter("(a.data->>'connectedAt')::timestamptz")} as first_day_until, t.data as template,
                  r.state->>'wamid' as reply_wamid, x.state->>'wamid' as reacted_wamid, p.person,
                  d.state->>'mimeType' as mime_type, d.state->>'filename' as filename, case when f.${FRESH} then f.meta_id end as meta_media_id
           from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[]) with ordinality
             as q(account_id, conversation_id, template, language, reply_to, reacted, medium, recipient, ord)
           left join messaging.accounts a on a.id = q.account_id
           left join messaging.people p on p.account_id = q.account_id and p.alias = q.recipient
           left join messaging.conversations c on c.stream = q.conversation_id and c.account_id = q.account_id
           left join messaging.templates t on t.account_id = q.account_id and t.name = q.template and t.language = q.language
           left join messaging.messages r on r.stream = q.reply_to and r.account_id = q.account_id
           left join messaging.messages x on x.stream = q.reacted and x.account_id = q.account_id
           left join messaging.media d on d.stream = q.medium and d.account_id = q.account_id and d.live
           left join messaging.media_files f on f.account_id = d.account_id and f.sha256 = d.sha256
           order by q.ord`,
    values: [
      sends.map(({ accountId }) => accountId),
      sends.map(({ data }) => data.conversationId),
      sends.map(({ data }) => (data.kind === 'template' ? data.request.template : null)),
      sends.map(({ data }) => (data.kind === 'template' ? data.request.language : null)),
      sends.map(({ data }) => data.request.replyTo ?? null),
      sends.map(({ data }) => (data.kind === 'reaction' ? (data.request.messageId ?? null) : null)),
      sends.map(({ data }) => mediaOf(data)[0]?.id ?? null),
      sends.map(({ data }) => personKey(data.request.to)),
    ],
  });
  return rows;
}

async function windowOf(pool: Pool, conversationId: string): Promise<Date | null> {
  const { rows } = await pool.query<{ window_expires_at: Date | null }>({
    name: 'send-window',
    text: 'select window_expires_at from messaging.conversations where stream = $1',
    values: [conversationId],
  });
  return rows[0]?.window_expires_at ?? null;
}

/** The media of a carousel after the first, by id. */
async function otherMedia(
  pool: Pool,
  accountId: string,
  ids: readonly string[],
): Promise<Map<string, Stored>> {
  const { rows } = await pool.query<Stored & { id: string }>({
    name: 'send-other-media',
    text: `select d.stream as id, d.state->>'mimeType' as mime_type, d.state->>'filename' as filename, case when f.${FRESH} then f.meta_id end as meta_media_id
           from messaging.media d left join messaging.media_files f on f.account_id = d.account_id and f.sha256 = d.sha256
           where d.account_id = $1 and d.stream = any($2) and d.live`,
    values: [accountId, ids],
  });
  return new Map(rows.map((row) => [row.id, row]));
}

/** Handles a failed query: returns `fact` if the other service did not answer, and throws any other error. */
const orWhenAway =
  <Fact>(fact: Fact) =>
  (error: unknown): Fact => {
    if (error instanceof PeerUnavailable) return fact;
    throw error;
  };

/** The media by the request's ids. Meta's ids (digits) are used as they are; ours are replaced if Meta has a copy. */
function mediaFrom(ids: readonly string[], stored: ReadonlyMap<string, Stored>): ReadonlyMap<string, Medium> {
  const found = ids.flatMap((id): [string, Medium][] => {
    if (isMetasMediaId(id)) return [[id, { metaId: id, mimeType: null, filename: null }]];
    const {
      mime_type: mimeType = null,
      filename = null,
      meta_media_id: metaId = null,
    } = stored.get(id) ?? {};
    if (mimeType === null) return [];
    const called = nameByType({ mediaId: id, mimeType, filename });
    return [[id, { metaId: metaId ?? { mediaId: id }, mimeType, filename: called }]];
  });
  return new Map(found);
}
