import type { State } from '../graph/state.js';
import { pause } from './pause.js';
import type { WebhookClient } from './webhook.client.js';

const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 5_000;

/** Asks the webhook's URL for Meta's verification, and retries until it succeeds: the app may start after the simulator. */
export function openWebhookVerification({
  state,
  client,
  closing,
  log,
}: {
  state: State;
  client: WebhookClient;
  closing: AbortSignal;
  log: (line: string) => void;
}) {
  let verified = false;

  const verify = async () => {
    const target = state.webhook;
    if (target === null) return;
    verified = false;
    let last = '';
    for (
      let wait = FIRST_RETRY_MS;
      state.webhook === target && !closing.aborted;
      wait = Math.min(wait * 2, LAST_RETRY_MS)
    ) {
      const fault = await client.shakeHands(target);
      if (fault === undefined) {
        verified = state.webhook === target;
        return;
      }
      if (state.webhook !== target || closing.aborted) return;
      if (fault !== last)
        log(`webhooks: ${target.url} did not pass the verification of webhooks (${fault}); retrying`);
      last = fault;
      await pause(wait, [closing]);
    }
  };

  return {
    /** Starts verifying the current URL in the background; ends the verification of an earlier URL. */
    start: () => void verify(),
    get verified() {
      return verified;
    },
  };
}
