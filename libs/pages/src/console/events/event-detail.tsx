import type { WbizEvent } from '@wbiz/sdk/operations';
import { Copy } from '../../parts/copy.js';
import { useAddressQuery } from '../../parts/address-query.js';
import { When } from '../../parts/when.js';

/** The ids in an event by which related events can be found. */
const SHARED = {
  messageId: 'message',
  conversationId: 'conversation',
  contactId: 'contact',
  campaignId: 'campaign',
  templateId: 'template',
} as const;

export function EventDetail({ event }: { event: WbizEvent }) {
  const { query, to } = useAddressQuery();
  const json = JSON.stringify(event, null, 2);
  const data: Readonly<Record<string, unknown>> = event.data;
  const shared = Object.entries(SHARED).flatMap(([key, name]) =>
    typeof data[key] === 'string' && data[key] !== query['about'] ? [{ name, id: data[key] }] : [],
  );
  return (
    <div class="stack">
      <h2>{event.type}</h2>
      <div class="row apart">
        <p class="soft">
          No. <span class="sequence">{event.sequence}</span>, <When at={event.createdAt} />
        </p>
        <Copy text={json} what="the event" />
      </div>
      {shared.length > 0 && (
        <nav class="row" aria-label="More like it">
          {shared.map(({ name, id }) => (
            <a key={name} class="button" href={to({ about: id })}>
              Only this {name}
            </a>
          ))}
        </nav>
      )}
      <pre tabIndex={0} role="region" aria-label="The event as JSON">
        {json}
      </pre>
    </div>
  );
}
