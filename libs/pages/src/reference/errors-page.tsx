import { Status } from './badges.js';
import { Problems } from './operation-page.js';
import { useReference } from './state.js';

/** Every error code, and how Meta's refusals are handled. */
export function ErrorsPage() {
  const { problems, refusals } = useReference().api;
  return (
    <article class="stack wide">
      <header class="stack tight">
        <h1 tabIndex={-1}>Errors</h1>
        <p>
          A refusal is a problem (<code>application/problem+json</code>, RFC 9457). Go by <code>code</code>:
          it is stable. <code>detail</code> is a sentence for people, <code>errors</code> names each field at
          fault by a pointer, and <code>requestId</code> is what to keep for when you ask for help.
        </p>
      </header>
      <section class="stack tight">
        <h2>Codes</h2>
        <Problems problems={problems} />
      </section>
      <section class="stack tight">
        <h2>When Meta refuses a message</h2>
        <p>
          Meta's code stands in <code>metaCode</code> of the problem, or of the <code>error</code> of a failed
          message. What comes of it depends on whom it concerns:
        </p>
        <ul class="fields meta">
          {refusals.map(({ what, metaCodes, action, status, code }) => (
            <li key={what}>
              <div>
                <strong>{what}</strong>
              </div>
              <div>
                <p>{action}</p>
                <p class="soft">
                  A send that failed for good: <Status status={status} /> <code>{code}</code>
                </p>
                <p class="values">
                  {metaCodes.map((metaCode) => (
                    <>
                      <code>{metaCode}</code>{' '}
                    </>
                  ))}
                </p>
              </div>
            </li>
          ))}
        </ul>
      </section>
    </article>
  );
}
