import { isPhone } from '@wbiz/contracts/text/phone';
import type { Asked } from '@wbiz/eventing/aggregate';
import type { PoolClient } from 'pg';
import { arrivalsOf, findPeople, placeOf, asReceived, type Arrival, type Place } from '../person/people.js';
import type { MessageCommand, QueueFacts } from './message.commands.js';
import type { MessageState } from './message.state.js';

type Message = Asked<MessageCommand, MessageState | null>;

type Facts = Arrival | { readonly place?: Place } | QueueFacts | undefined;

/** The facts that decisions need from other rows than the message's, read in the transaction that decides. */
export async function messageFacts(tx: PoolClient, asked: readonly Message[]): Promise<readonly Facts[]> {
  const [people, calls] = [await peopleOf(tx, asked), await callsOf(tx, asked)];
  return asked.map((_, index) => people[index] ?? calls[index]);
}

/**
 * Of messages from Meta: {@link Arrival}. Of statuses of sends to a user id: the person's present {@link Place}, if
 * known.
 */
async function peopleOf(
  tx: PoolClient,
  asked: readonly Message[],
): Promise<readonly (Arrival | { readonly place?: Place } | undefined)[]> {
  const handed = asked.flatMap(({ command }) =>
    command.type === 'message.receive'
      ? command.data
      : command.type === 'message.echo'
        ? asReceived(command.data)
        : [],
  );
  const arrivals = await arrivalsOf(tx, handed);
  const toUserIds = asked.filter(isToUserId);
  const find = await findPeople(
    tx,
    toUserIds.map(({ command: { accountId }, state }) => ({ accountId, key: state!.to! })),
  );
  let next = 0;
  return asked.map((one) => {
    const { type, accountId } = one.command;
    if (type === 'message.receive' || type === 'message.echo') return arrivals[next++]!;
    if (type !== 'message.note-status') return undefined;
    const person = isToUserId(one) ? find({ accountId, key: one.state!.to! })?.person : undefined;
    return person === undefined ? {} : { place: placeOf(accountId, one.state!.phoneNumberId, person) };
  });
}

const isToUserId = ({ command: { type }, state }: Message) =>
  type === 'message.note-status' && state?.direction === 'out' && !!state.to && !isPhone(state.to);

/** Whether a call to Meta is in flight, for messages that are about to leave the queue. */
async function callsOf(
  tx: PoolClient,
  asked: readonly Message[],
): Promise<readonly (QueueFacts | undefined)[]> {
  const leaving = asked.filter(isLeaving).map(({ command }) => command.data.messageId);
  if (leaving.length === 0) return [];
  // No lock on the queue's rows: an attempt starts only under the message's lock, which this transaction holds.
  const { rows } = await tx.query<{ id: string }>({
    name: 'calls-under-way',
    text: `select message_id as id from messaging.dispatch where message_id = any($1) and state = 'started'`,
    values: [leaving],
  });
  const started = new Set(rows.map(({ id }) => id));
  return asked.map((one) =>
    isLeaving(one) ? { isUnderWay: started.has(one.command.data.messageId) } : undefined,
  );
}

const isLeaving = ({ command: { type } }: Message) =>
  type === 'message.withdraw' || type === 'message.expire';
