import type { Insights } from '../account/insights.js';
import type { Behaviour } from '../control/behaviour.js';
import type { Scheduler } from '../control/scheduler.js';
import { statusError } from '../graph/graph-error.js';
import type { Person, PhoneNumber } from '../graph/nodes.js';
import { unixSeconds } from '../graph/times.js';
import type { WebhookSender } from '../webhooks/webhook-sender.js';
import type { WebhookItem } from '../webhooks/webhook.envelope.js';
import type { MessageRow } from './message-log.js';
import type { Failure } from './message-parameter.rules.js';
import type { People } from './people.js';

export type StatusSchedule = ReturnType<typeof openStatusSchedule>;

export type Delivery = {
  readonly row: MessageRow;
  readonly phone: PhoneNumber;
  /** Why the message fails; undefined if it does not. */
  readonly failsWith?: Failure | undefined;
  readonly isReaction: boolean;
  /** True for a voice message, which gets the status `played` too. */
  readonly isVoice: boolean;
};

const ALL = ['sent', 'delivered', 'read'];
const ALL_OF_VOICE = [...ALL, 'played'];

/** Sends the webhooks of a message's statuses; settings and seed decide which, and with which delays. */
export function openStatusSchedule({
  behaviour,
  people,
  insights,
  scheduler,
  webhooks,
}: {
  behaviour: Behaviour;
  people: People;
  insights: Insights;
  scheduler: Scheduler;
  webhooks: WebhookSender;
}) {
  const statusesOf = ({ failsWith, isReaction, isVoice }: Delivery): readonly string[] => {
    const { statuses } = behaviour.settings;
    if (statuses === 'none') return [];
    if (failsWith !== undefined) return ['failed'];
    const wanted = statuses !== 'all' ? statuses : isVoice ? ALL_OF_VOICE : ALL;
    return isReaction ? wanted.filter((status) => status === 'sent') : wanted;
  };

  return {
    add(delivery: Delivery) {
      const statuses = statusesOf(delivery);
      const to = people.reached(delivery.phone.wabaId, delivery.row.waId);
      let delay = 0;
      const delays = statuses.map(() => (delay += behaviour.statusDelay()));
      // Reordering: one status arrives after all others, but keeps its earlier timestamp, as at Meta.
      const late = delays.length > 1 && behaviour.chance(behaviour.settings.reorder);
      const held = late ? behaviour.pick(delays.length - 1) : -1;
      statuses.forEach((status, index) => {
        const happensIn = delays[index]!;
        const arrivesIn = index === held ? delay + behaviour.statusDelay() + 20 : happensIn;
        const at = Date.now() + happensIn;
        const send = () =>
          webhooks.send(statusItem(people, { ...delivery, to, status, timestamp: Math.floor(at / 1000) }));
        scheduler.in(arrivesIn, () => {
          insights.count(status, delivery.row, delivery.phone);
          send();
        });
        if (behaviour.chance(behaviour.settings.duplicate))
          scheduler.in(arrivesIn + behaviour.statusDelay(), send);
      });
    },
  };
}

/** The item of a status webhook as Meta writes it since v24: no `conversation`; `pricing` for sent and delivered only. */
export function statusItem(
  people: People,
  {
    to,
    row,
    phone,
    failsWith,
    status,
    timestamp = unixSeconds(),
    errors,
  }: Pick<Delivery, 'row' | 'phone' | 'failsWith'> & {
    readonly to: Person;
    readonly status: string;
    /** Unix seconds; the current time if absent. */
    readonly timestamp?: number;
    /** The errors of a `failed` status; they replace `failsWith`. */
    readonly errors?: readonly unknown[] | undefined;
  },
): WebhookItem {
  return {
    part: 'statuses',
    phone,
    contact: people.statusContact(to, status),
    item: {
      id: row.wamid,
      status,
      timestamp: String(timestamp),
      ...(to.waId === undefined ? {} : { recipient_id: to.waId }),
      ...(to.userId === undefined ? {} : { recipient_user_id: to.userId }),
      ...(row.opaque === undefined ? {} : { biz_opaque_callback_data: row.opaque }),
      ...(status === 'sent' || status === 'delivered'
        ? { pricing: { billable: true, pricing_model: 'PMP', type: 'regular', category: row.category } }
        : {}),
      ...(status === 'failed'
        ? { errors: errors ?? [statusError(failsWith?.code ?? 131000, failsWith?.details)] }
        : {}),
    },
  };
}
