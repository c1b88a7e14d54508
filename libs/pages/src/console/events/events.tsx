import type { WbizEvent } from '@wbiz/sdk/operations';
import { Pause, Play, X } from 'lucide-preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useAddressQuery } from '../../parts/address-query.js';
import { Fault } from '../../parts/fault.js';
import { Loading } from '../../parts/loading.js';
import { SearchBox } from '../../parts/search-box.js';
import { useNow } from '../../parts/use-now.js';
import { VirtualList } from '../../parts/virtual-list.js';
import { instant, timeWithSeconds } from '../../parts/clock.js';
import { distanceOf } from '../../parts/when.js';
import { useAccount } from '../account.js';
import { useFeedState } from '../live-events.js';
import { EventDetail } from './event-detail.js';
import { GROUPS, isAbout, isBad, summaryOf, typesOf } from './event-summary.js';
import './events.css';
import { useStream } from './use-stream.js';

const ROW_HEIGHT = 42;

export function Events() {
  const { account } = useAccount();
  const { query } = useAddressQuery();
  const [isPaused, setPaused] = useState(false);
  const { type, about } = query;
  return (
    <div class="events">
      <div class="row apart">
        <h1>Events</h1>
        <button type="button" onClick={() => setPaused(!isPaused)}>
          {isPaused ? <Play size={16} aria-hidden="true" /> : <Pause size={16} aria-hidden="true" />}
          {isPaused ? 'Resume' : 'Pause'}
        </button>
      </div>
      <Filter />
      <Shown
        key={`${account.id} ${type} ${about}`}
        isPaused={isPaused}
        type={type}
        about={about}
        onResume={() => setPaused(false)}
      />
    </div>
  );
}

function Filter() {
  const { query, change } = useAddressQuery();
  return (
    <div class="filter">
      <select
        aria-label="Type"
        value={query['type'] ?? ''}
        onChange={({ currentTarget }) => change({ type: currentTarget.value, event: '' })}
      >
        <option value="">All types</option>
        {Object.entries(GROUPS).map(([group, types]) => (
          <optgroup key={group} label={group}>
            {types.length > 1 && <option value={group}>{group}: all</option>}
            {types.map((type) => (
              <option key={type} value={type}>
                {type}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
      <SearchBox
        label="About a message, contact, campaign or number"
        placeholder="msg_…, cnt_…, wamid or +number"
        name="about"
        along={{ event: '' }}
        spellcheck={false}
        autocomplete="off"
      />
    </div>
  );
}

type ShownProps = {
  readonly isPaused: boolean;
  readonly type: string | undefined;
  readonly about: string | undefined;
  readonly onResume: () => void;
};

function Shown({ isPaused, type, about, onResume }: ShownProps) {
  const { query, change } = useAddressQuery();
  const [isScrolled, setScrolled] = useState(false);
  const frame = useRef<HTMLDivElement>(null);
  const stream = useStream({
    types: typesOf(type),
    matches: (event) => !about || isAbout(event, about),
    isHeld: isPaused || isScrolled,
  });
  const { events, waiting, isDetached, back } = stream;
  const opened = query['event'];
  const chosen = events.find(({ id }) => id === opened);
  const toTop = () => {
    onResume();
    stream.release();
    setScrolled(false);
    frame.current!.querySelector('.virtual-list')?.scrollTo({ top: 0 });
  };
  useEffect(() => {
    if (!isPaused && !isScrolled && waiting > 0 && !isDetached) stream.release();
  }, [isPaused, isScrolled, waiting, isDetached]);

  return (
    <>
      <Fault error={stream.error} />
      <div class={`stream ${opened ? 'opened' : ''}`}>
        <section
          ref={frame}
          class="list"
          aria-label="Stream"
          onKeyDown={walk}
          onScrollCapture={({ target }) =>
            target instanceof HTMLElement && setScrolled(target.scrollTop > ROW_HEIGHT / 2)
          }
        >
          <header>
            <Pulse isHeld={isPaused || isScrolled || isDetached} lagMs={stream.lagMs} newest={events[0]} />
            {(waiting > 0 || isDetached) && (
              <button type="button" class="newer" onClick={toTop}>
                {waiting > 0 ? `Show ${waiting.toLocaleString()} new` : 'Back to now'}
              </button>
            )}
          </header>
          {stream.isLoading && <Loading label="Loading events" />}
          {!stream.isLoading && events.length === 0 && (
            <div class="empty">
              {type || about ? (
                <p>None of the events looked at is like that.</p>
              ) : (
                <p>Nothing has happened yet. What happens to this account shows up here at once.</p>
              )}
            </div>
          )}
          {events.length > 0 && (
            <VirtualList
              label="Events"
              count={events.length}
              rowHeight={ROW_HEIGHT}
              keyOf={(index) => events[index]!.id}
              row={(index) => (
                <Row
                  event={events[index]!}
                  isOpened={events[index]!.id === opened}
                  onOpen={(id) => change({ event: id === opened ? '' : id }, Boolean(opened))}
                />
              )}
            />
          )}
          <footer>
            <Fault error={back.error} />
            {stream.isOldest ? (
              <span class="soft">This is the oldest event kept.</span>
            ) : (
              !stream.isLoading && (
                <button type="button" disabled={back.isPending} onClick={() => void stream.goBack()}>
                  {back.isPending ? 'Looking back…' : 'Older events'}
                </button>
              )
            )}
            {events.length > 0 && <span class="soft count">{events.length.toLocaleString()} here</span>}
          </footer>
        </section>
        {opened && (
          <section class="detail" aria-label="Event">
            <button
              type="button"
              class="quiet close"
              onClick={() => change({ event: '' })}
              aria-label="Close the event"
            >
              <X size={18} aria-hidden="true" />
            </button>
            {chosen ? (
              <EventDetail event={chosen} />
            ) : (
              <p class="soft">This event is not among those shown. It may lie further back.</p>
            )}
          </section>
        )}
      </div>
    </>
  );
}

/** Whether the stream is live, and its lag. */
function Pulse({
  isHeld,
  lagMs,
  newest,
}: {
  isHeld: boolean;
  lagMs: number | undefined;
  newest: WbizEvent | undefined;
}) {
  const state = useFeedState();
  const now = useNow(5_000);
  const [badge, name] = isHeld
    ? ['', 'Paused']
    : ({
        connecting: ['', 'Connecting'],
        live: ['good', 'Live'],
        behind: ['warn', 'Catching up'],
        reconnecting: ['warn', 'Reconnecting'],
      }[state.is] as [string, string]);
  return (
    <p class="pulse">
      <span class={`badge ${badge}`}>{name}</span>
      <span class="soft">
        {newest && `last event ${distanceOf(newest.createdAt, now)}`}
        {lagMs !== undefined && `, here after ${(lagMs / 1_000).toFixed(1)} s`}
      </span>
    </p>
  );
}

type RowProps = {
  readonly event: WbizEvent;
  readonly isOpened: boolean;
  readonly onOpen: (id: string) => void;
};
function Row({ event, isOpened, onOpen }: RowProps) {
  return (
    <button
      type="button"
      class="event-row"
      aria-current={isOpened ? 'true' : undefined}
      onClick={() => onOpen(event.id)}
    >
      <time dateTime={event.createdAt} title={instant(event.createdAt)}>
        {timeWithSeconds(event.createdAt)}
      </time>
      <code>{event.type}</code>
      <span class={`summary ${isBad(event) ? 'bad' : ''}`}>{summaryOf(event)}</span>
    </button>
  );
}

/** Arrow keys move through the rows. */
function walk(event: KeyboardEvent) {
  const step = { ArrowDown: 'nextElementSibling', ArrowUp: 'previousElementSibling' }[event.key] as
    'nextElementSibling' | 'previousElementSibling' | undefined;
  const row = (event.target as HTMLElement).closest('[role=listitem]');
  if (!step || !row) return;
  event.preventDefault();
  row[step]?.querySelector('button')?.focus();
}
