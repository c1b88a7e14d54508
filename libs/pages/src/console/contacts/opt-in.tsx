import type { Schemas } from '@wbiz/sdk/operations';

type State = Pick<Schemas['ContactView'], 'optedIn' | 'optedOutAt'>;

/** Opt-in state of a person: agreed, refused or not asked. */
export function OptIn({ contact: { optedIn, optedOutAt } }: { contact: State }) {
  if (optedIn) return <span class="badge good">Opted in</span>;
  return optedOutAt ? <span class="badge bad">Opted out</span> : <span class="badge">Not opted in</span>;
}
