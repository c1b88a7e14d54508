import { asyncApi, Loaded } from './documents.js';
import { Event } from './events-page.js';
import { exampleOf } from './example.js';
import { Fields } from './fields.js';
import { Folded } from './folded.js';
import type { Log, Topic } from './async-api.js';
import { Words } from './prose.js';
import { Json } from './source.js';

/** The AsyncAPI document. */
export function KafkaPage() {
  return (
    <article class="stack wide">
      <h1 tabIndex={-1}>Events on Kafka</h1>
      <Loaded from={asyncApi} what="the AsyncAPI document">
        {(log) => <Topics log={log} />}
      </Loaded>
    </article>
  );
}

function Topics({ log: { description, events, internal, schemas } }: { log: Log }) {
  return (
    <>
      <p>
        <Words text={description} />
      </p>
      <p class="soft">
        The document for tools: <a href="/api/asyncapi.json">/api/asyncapi.json</a>. A program that reads the
        log is in <code>docs/guides/events.md</code> of the repository.
      </p>
      <section class="stack tight">
        <h2>
          <code>{events.address}</code>
        </h2>
        <p>
          {events.description} Key: {lowerFirst(events.key)}
        </p>
        <div class="folds">
          <Folded summary="Headers of every event">
            <Fields schema={events.messages[0]!.headers} schemas={schemas} />
          </Folded>
        </div>
        <h3>Messages</h3>
        <div class="folds">
          {events.messages.map(({ name, summary, description, payload }) => (
            <Event key={name} type={name} summary={summary}>
              <p class="soft">{description}</p>
              <Fields schema={payload} schemas={schemas} />
              <Json value={exampleOf(payload, schemas)} what={`Value of ${name}`} />
            </Event>
          ))}
        </div>
      </section>
      <section class="stack tight">
        <h2>Internal topics</h2>
        <p>How the services talk to each other: to be known when you watch Kafka, not to be built upon.</p>
        <div class="folds">
          {internal.map((topic) => (
            <InternalTopic key={topic.address} topic={topic} schemas={schemas} />
          ))}
        </div>
      </section>
    </>
  );
}

const lowerFirst = (text = '') => text.replace(/^./, (first) => first.toLowerCase());

function InternalTopic({ topic, schemas }: { topic: Topic; schemas: Log['schemas'] }) {
  return (
    <Folded
      summary={
        <>
          <code class="name">{topic.address}</code>{' '}
          <span class="soft">{topic.description.replace(/^Internal\. /, '')}</span>
        </>
      }
    >
      <div class="stack">
        {topic.messages.map(({ name, summary, headers }) => (
          <div key={name} class="stack tight">
            <h3>
              <code>{name}</code>
            </h3>
            <p>
              <Words text={summary} />
            </p>
            <Folded summary={`Headers of ${name}`}>
              <Fields schema={headers} schemas={schemas} />
            </Folded>
          </div>
        ))}
      </div>
    </Folded>
  );
}
