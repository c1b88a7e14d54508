import type { Schemas } from '@wbiz/sdk/operations';

type State = Pick<Schemas['ContactView'], 'optedIn' | 'optedOutAt'>;

/** Whether a person agreed to be written to, refused, or has not been asked. */
export function OptIn({ contact: { optedIn, optedOutAt } }: { contact: State }) {
  if (optedIn) return <span class="badge good">Opted in</span>;
  return optedOutAt ? <span class="badge bad">Opted out</span> : <span class="badge">Not opted in</span>;
}
