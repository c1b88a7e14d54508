import { render } from 'preact';
import { LocationProvider, useLocation } from 'preact-iso';
import { useEffect, useRef } from 'preact/hooks';
import { Announcements } from '../parts/announce.js';
import '../style/base.css';
import '../style/theme.js';
import { AreaPage } from './area-page.js';
import { Loaded, openApi } from './documents.js';
import { ErrorsPage } from './errors-page.js';
import { EventsPage } from './events-page.js';
import { KafkaPage } from './kafka-page.js';
import { OperationPage } from './operation-page.js';
import { Overview } from './overview.js';
import { placeOf, titleOf, type Place } from './place.js';
import './reference.css';
import { Sidebar } from './sidebar.js';
import { Reference, useReference } from './state.js';

function Pages() {
  const { api } = useReference();
  const { path } = useLocation();
  const place = placeOf(path, api);
  const title = titleOf(place);
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  const isBack = useWentBack(path);
  useEffect(() => {
    document.title = `${title} · WBIZ API`;
    // On the first load the browser places the focus.
    if (!isFirst.current) {
      if (!isBack.current) scrollTo(0, 0);
      main.current!.querySelector('h1')!.focus({ preventScroll: true });
    }
    isFirst.current = false;
    isBack.current = false;
    if (location.hash) document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
  }, [path]);
  return (
    <div class="reference">
      <a class="skip" href="#content">
        Skip to content
      </a>
      <Sidebar place={place} />
      <main id="content" ref={main} tabIndex={-1}>
        <Page key={path} place={place} />
      </main>
    </div>
  );
}

/** Whether the last navigation was Back or Forward: the browser then restores the scroll position. */
function useWentBack(path: string) {
  const isBack = useRef(false);
  useEffect(() => {
    const note = () => (isBack.current = location.pathname !== path); // not for a #fragment
    addEventListener('popstate', note);
    return () => removeEventListener('popstate', note);
  }, [path]);
  return isBack;
}

function Page({ place }: { place: Place }) {
  switch (place.page) {
    case 'overview':
      return <Overview />;
    case 'events':
      return <EventsPage />;
    case 'kafka':
      return <KafkaPage />;
    case 'errors':
      return <ErrorsPage />;
    case 'area':
      return <AreaPage area={place.area} />;
    case 'operation':
      return <OperationPage area={place.area} operation={place.operation} />;
    case 'missing':
      return (
        <article class="stack">
          <h1 tabIndex={-1}>Not found</h1>
          <p>
            There is no such page. Go on from the <a href="/docs">overview</a>, or search.
          </p>
        </article>
      );
  }
}

render(
  <LocationProvider scope="/docs">
    <Loaded from={openApi} what="the reference">
      {(api) => (
        <Reference api={api}>
          <Pages />
        </Reference>
      )}
    </Loaded>
    <Announcements />
  </LocationProvider>,
  document.getElementById('page')!,
);
