import { microBatch } from '@wbiz/eventing/micro-batch';
import type { Span } from '@wbiz/eventing/tracing';
import type { Runtime } from '@wbiz/service-kit/runtime';
import type { Pool } from 'pg';

export const STATUS_SPANS = Symbol('STATUS_SPANS');
/**
 * Starts a span in the trace of the request that sent the message, if there is one, linked to the webhook's own trace.
 */
export type SpanOfStatus = (messageId: string, webhook: string | undefined) => Promise<Span | undefined>;

/** Undefined if tracing is off. */
export function statusSpans({ startSpan }: Runtime, pool: Pool): SpanOfStatus | undefined {
  if (!startSpan) return undefined;
  const traceOf = microBatch(async (messageIds: readonly string[]) => {
    const { rows } = await pool.query<{ traceparent: string | null }>({
      name: 'traces-of-messages',
      text: `select e.traceparent from unnest($1::text[]) with ordinality as q(id, ord)
             left join messaging.events e on e.stream = q.id and e.version = 1 order by q.ord`,
      values: [messageIds],
    });
    return rows.map(({ traceparent }) => traceparent);
  });
  return async (messageId, webhook) => {
    const parent = await traceOf(messageId);
    if (parent === null) return undefined;
    const attributes = { 'wbiz.message_id': messageId };
    return startSpan('process meta.status', { kind: 'consumer', parent, links: [webhook], attributes });
  };
}
