import type { ComponentChildren } from 'preact';
import { asyncApi, Loaded } from './documents.js';
import { exampleOf } from './example.js';
import { Fields } from './fields.js';
import { Folded } from './folded.js';
import { Json } from './source.js';
import { useReference } from './state.js';

/** The three ways to receive events, and every type with its payload. */
export function EventsPage() {
  const { schemas, webhooks } = useReference().api;
  return (
    <article class="stack wide">
      <header class="stack tight">
        <h1 tabIndex={-1}>Events</h1>
        <p>
          What happens to messages, contacts, templates, campaigns and the account comes to you by three ways.
          All carry the same events, at least once: drop what you have seen, by its <code>id</code>.
        </p>
      </header>
      <ul class="fields short">
        <li>
          <div>
            <a href="/docs/webhooks">Webhook</a>
          </div>
          <div>
            <p>
              For an application with a public https address: each event is posted to it within a second,
              signed as Standard Webhooks has it, and posted again for days where that fails. Events of one
              conversation come one after the other.
            </p>
          </div>
        </li>
        <li>
          <div>
            <a href="/docs/events-feed/pollEvents">Feed</a>
          </div>
          <div>
            <p>
              For one without, or that wants its own pace: it asks behind a cursor, and is answered as soon as
              something happens, in the account's order. 30 days are kept. There is no <code>accountId</code>{' '}
              in it: the key is of one account.
            </p>
          </div>
        </li>
        <li>
          <div>
            <a href="/docs/kafka">Kafka</a>
          </div>
          <div>
            <p>
              For whoever runs the installation: the log of all accounts, at full volume, with types that the
              others do not carry. The value is the payload, everything around it is in headers.
            </p>
          </div>
        </li>
      </ul>
      <p class="soft">
        Complete programs for each, in TypeScript and Python, are in <code>docs/guides/events.md</code> of the
        repository.
      </p>
      <section class="stack tight">
        <h2>Types</h2>
        <div class="folds">
          {Object.entries(webhooks).map(([type, { post }]) => {
            const { schema } = post.requestBody.content['application/json']!;
            return (
              <Event key={type} type={type} summary={post.summary}>
                <h3>Payload</h3>
                <Fields schema={schema.properties!['data']!} schemas={schemas} />
                <Json value={exampleOf(schema, schemas)} what={`Example of ${type}`} />
              </Event>
            );
          })}
        </div>
      </section>
      <section class="stack tight">
        <h2>On Kafka alone</h2>
        <Loaded from={asyncApi} what="the AsyncAPI document">
          {({ events, schemas }) => (
            <div class="folds">
              {events.messages
                .filter(({ name }) => !(name in webhooks))
                .map(({ name, summary, payload }) => (
                  <Event key={name} type={name} summary={summary}>
                    <h3>Payload</h3>
                    <Fields schema={payload} schemas={schemas} />
                    <Json value={exampleOf(payload, schemas)} what={`Example of ${name}`} />
                  </Event>
                ))}
            </div>
          )}
        </Loaded>
      </section>
    </article>
  );
}

type EventProps = {
  readonly type: string;
  readonly summary: string;
  readonly children: ComponentChildren;
};

/** An event type, opened if the address names it: `/docs/events#message.received`. */
export function Event({ type, summary, children }: EventProps) {
  return (
    <Folded
      id={type}
      open={decodeURIComponent(location.hash.slice(1)) === type}
      summary={
        <>
          <code class="name">{type}</code> <span class="soft">{summary}</span>
        </>
      }
    >
      <div class="stack tight">{children}</div>
    </Folded>
  );
}
