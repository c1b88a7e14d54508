import type { FastifyInstance } from 'fastify';
import type { State } from '../graph/state.js';
import { TIERS } from '../messages/messaging-limit.js';
import { qualityUpdate } from '../webhooks/quality-update.js';
import type { WebhookSender } from '../webhooks/webhook-sender.js';
import type { Behaviour } from './behaviour.js';
import { bodyOf } from './control-request.js';

type Clearable = { clear(): void };

/** Routes of `/_control/behaviour`, and of `/_control/reset`, which also empties logs, counts and queues. */
export function behaviourControl(
  app: FastifyInstance,
  {
    state,
    behaviour,
    webhooks,
    clearables,
  }: {
    state: State;
    behaviour: Behaviour;
    webhooks: WebhookSender;
    clearables: readonly Clearable[];
  },
) {
  /** Makes the change; if it raises or lowers the messaging limit, sends the webhook of that for each phone number. */
  const tellingOfTheLimit = (change: () => void) => {
    const before = TIERS[behaviour.settings.messagingLimit];
    change();
    const { messagingLimit } = behaviour.settings;
    const now = TIERS[messagingLimit];
    if (now === before) return;
    for (const node of state.nodes.values())
      if (node.kind === 'phone')
        webhooks.send(qualityUpdate(node, now > before ? 'UPGRADE' : 'DOWNGRADE', messagingLimit));
  };

  app.get('/behaviour', () => behaviour.settings);
  app.post('/behaviour', (request) => {
    const changes = bodyOf(request);
    tellingOfTheLimit(() => behaviour.set(changes));
    return behaviour.settings;
  });

  app.post('/reset', () => {
    for (const part of clearables) part.clear();
    tellingOfTheLimit(() => behaviour.reset());
    return behaviour.settings;
  });
}
