import { timedId } from '@wbiz/contracts/ids';

/** A row of the feed; `data` is the JSON text as stored. */
export type FeedRow = {
  readonly sequence: number;
  readonly id: string;
  readonly type: string;
  readonly createdAt: Date;
  readonly data: string;
  /** Events with the same subject (a conversation, a contact) are delivered in order. */
  readonly subject: string;
  readonly messageId: string | null;
  readonly traceparent?: string | null;
};

export const FEED_COLUMNS = `f.sequence::float8 as sequence, f.id, f.type, f.created_at as "createdAt", f.data::text as data,
  coalesce(f.data->>'conversationId', f.data->>'contactId', f.data->>'templateId', f.type) as subject,
  left(f.data->>'messageId', 40) as "messageId", f.traceparent`;

/** The body of a delivery: the same bytes at every attempt and from every replica. */
export const envelopeOf = (accountId: string, { id, sequence, type, createdAt, data }: FeedRow): Buffer =>
  Buffer.from(
    `{"id":${JSON.stringify(id)},"sequence":${sequence},"type":${JSON.stringify(type)},"createdAt":"${createdAt.toISOString()}","accountId":${JSON.stringify(accountId)},"data":${data}}`,
  );

/** The id of the delivery of an event to a webhook: the same for every attempt. */
export const deliveryIdOf = (webhookId: string, { id, createdAt }: Pick<FeedRow, 'id' | 'createdAt'>) =>
  timedId('dlv', createdAt.getTime(), webhookId, id);
