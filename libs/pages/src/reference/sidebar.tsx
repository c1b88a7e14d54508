import { Menu, X } from 'lucide-preact';
import { useLocation } from 'preact-iso';
import { useEffect, useRef, useState } from 'preact/hooks';
import { search } from './open-api.js';
import { Method } from './badges.js';
import { pathOf, type Place } from './place.js';
import { useReference } from './state.js';

const PAGES = [
  ['/docs', 'Overview'],
  ['/docs/events', 'Events'],
  ['/docs/kafka', 'Events on Kafka'],
  ['/docs/errors', 'Errors'],
] as const;

/** The navigation; on a phone a button opens it. */
export function Sidebar({ place }: { place: Place }) {
  const { areas } = useReference().api;
  const { path } = useLocation();
  const [words, setWords] = useState('');
  const [open, setOpen] = useState(false);
  useEffect(() => {
    setOpen(false);
    setWords('');
    document.querySelector('.side [aria-current]')?.scrollIntoView({ block: 'nearest' });
  }, [path]);
  const current = (one: string) => (one === path ? 'page' : undefined);
  const here = 'area' in place ? place.area : undefined;
  return (
    <header class="side">
      <div class="row apart">
        <a class="brand" href="/docs">
          WBIZ API
        </a>
        <button
          type="button"
          class="quiet opener"
          aria-expanded={open}
          aria-controls="side"
          onClick={() => setOpen(!open)}
        >
          {open ? <X size={18} aria-hidden="true" /> : <Menu size={18} aria-hidden="true" />}
          Menu
        </button>
      </div>
      <div id="side" class={open ? 'content open' : 'content'}>
        <SearchField words={words} onWords={setWords} onFocus={() => setOpen(true)} />
        {words.trim() ? (
          <Results words={words} />
        ) : (
          <nav aria-label="Reference">
            <ul>
              {PAGES.map(([href, name]) => (
                <li key={href}>
                  <a href={href} aria-current={current(href)}>
                    {name}
                  </a>
                </li>
              ))}
            </ul>
            <p class="group">Areas</p>
            <ul>
              {areas.map((area) => (
                <li key={area.slug}>
                  <a
                    href={`/docs/${area.slug}`}
                    class={area === here ? 'within' : undefined}
                    aria-current={current(`/docs/${area.slug}`)}
                  >
                    {area.name}
                  </a>
                  {area === here && (
                    <ul class="inner">
                      {area.operations.map((operation) => (
                        <li key={operation.id}>
                          <a href={pathOf(operation)} aria-current={current(pathOf(operation))}>
                            {operation.summary}
                          </a>
                        </li>
                      ))}
                    </ul>
                  )}
                </li>
              ))}
            </ul>
            <p class="group">Elsewhere</p>
            <ul>
              <li>
                <a href="/console">Console</a>
              </li>
              <li>
                <a href="/api/openapi.json">openapi.json</a>
              </li>
              <li>
                <a href="/api/asyncapi.json">asyncapi.json</a>
              </li>
            </ul>
          </nav>
        )}
      </div>
    </header>
  );
}

type SearchFieldProps = {
  readonly words: string;
  readonly onWords: (words: string) => void;
  readonly onFocus: () => void;
};

/** The search. `/` focuses it, arrow down goes to the first result, Enter opens that, Escape goes back to the menu. */
function SearchField({ words, onWords, onFocus }: SearchFieldProps) {
  const { areas } = useReference().api;
  const { route } = useLocation();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      const isTyping = event.target instanceof Element && event.target.closest('input, textarea, select');
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || isTyping) return;
      event.preventDefault();
      onFocus();
      input.current!.focus();
      // On a phone it is visible only after onFocus has rendered.
      if (document.activeElement !== input.current) requestAnimationFrame(() => input.current?.focus());
    };
    addEventListener('keydown', focus);
    return () => removeEventListener('keydown', focus);
  }, [onFocus]);
  return (
    <div role="search">
      <input
        ref={input}
        type="search"
        aria-label="Search operations"
        aria-keyshortcuts="/"
        placeholder="Search  /"
        autocomplete="off"
        spellcheck={false}
        value={words}
        onInput={({ currentTarget }) => onWords(currentTarget.value)}
        onKeyDown={(event) => {
          const [first] = search(areas, words);
          if (event.key === 'Escape') onWords('');
          if (event.key === 'Enter' && first) route(pathOf(first));
          if (event.key !== 'ArrowDown') return;
          event.preventDefault();
          document.querySelector<HTMLElement>('.results a')?.focus();
        }}
      />
    </div>
  );
}

function Results({ words }: { words: string }) {
  const found = search(useReference().api.areas, words);
  return (
    <nav aria-label="Search results">
      <p role="status" class="group">
        {found.length === 1 ? '1 operation' : `${found.length} operations`}
      </p>
      <ul class="results">
        {found.map((operation) => (
          <li key={operation.id}>
            <a
              href={pathOf(operation)}
              onKeyDown={(event) => {
                const way = { ArrowDown: 'nextElementSibling', ArrowUp: 'previousElementSibling' }[event.key];
                if (!way) return;
                event.preventDefault();
                const line = event.currentTarget.parentElement!;
                const next =
                  way === 'nextElementSibling' ? line.nextElementSibling : line.previousElementSibling;
                next?.querySelector('a')?.focus();
              }}
            >
              <Method method={operation.method} />
              <span>{operation.summary}</span>
              <code>{operation.path}</code>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
