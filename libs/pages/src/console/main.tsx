import { QueryClient, QueryClientProvider } from '@tanstack/preact-query';
import { render } from 'preact';
import { LocationProvider } from 'preact-iso';
import { Announcements } from '../parts/announce.js';
import { Boundary } from '../parts/boundary.js';
import '../style/base.css';
import '../style/theme.js';
import './console.css';
import { Session } from './session.js';
import { Shell } from './shell.js';

const client = new QueryClient({
  defaultOptions: { queries: { retry: false, staleTime: 5_000 } },
});

render(
  <QueryClientProvider client={client}>
    <LocationProvider scope="/console">
      <Boundary place="">
        <Session>
          <Shell />
        </Session>
      </Boundary>
      <Announcements />
    </LocationProvider>
  </QueryClientProvider>,
  document.getElementById('page')!,
);
