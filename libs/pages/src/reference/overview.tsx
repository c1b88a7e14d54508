import { exampleCall } from './call.js';
import { codeOf } from './code.js';
import { CredentialField } from './credential-field.js';
import { pathOf } from './place.js';
import { Prose, Words } from './prose.js';
import { Source } from './source.js';
import { useReference } from './state.js';

/** Introduction, a first call, and where to go on. */
export function Overview() {
  const { api, base, credentials } = useReference();
  const [first, rest] = api.introduction;
  const opening = api.areas[0]!.operations[0]!;
  return (
    <article class="stack wide">
      <header class="stack tight">
        <h1 tabIndex={-1}>WBIZ API</h1>
        <p class="lead">
          <Words text={first} />
        </p>
      </header>
      <section class="card stack" aria-labelledby="first-call">
        <h2 id="first-call">Send a first message</h2>
        <CredentialField kind="apiKey" />
        <Source
          text={codeOf('curl', exampleCall(opening, api.schemas), base, credentials.apiKey)}
          what="Your first call"
        />
        <p class="soft">
          {credentials.apiKey
            ? 'The key is in the command. '
            : 'Once pasted, the key stands in the command. '}
          <a href={pathOf(opening)}>Try it here</a>, or see it in TypeScript and Python.
        </p>
      </section>
      <section class="stack tight">
        <h2>Areas</h2>
        <ul class="areas">
          {api.areas.map(({ slug, name, description, operations }) => (
            <li key={slug}>
              <a href={`/docs/${slug}`}>
                <span class="row apart">
                  <strong>{name}</strong>
                  <span class="soft">{operations.length}</span>
                </span>
                <span class="soft">{description}</span>
              </a>
            </li>
          ))}
        </ul>
      </section>
      <section class="stack tight">
        <h2>What holds for every call</h2>
        <Prose text={rest} />
        <p>
          All codes and what they mean are under <a href="/docs/errors">Errors</a>, all events with their
          payloads under <a href="/docs/events">Events</a>.
        </p>
      </section>
    </article>
  );
}
