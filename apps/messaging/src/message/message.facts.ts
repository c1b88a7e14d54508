import type { Asked } from '@wbiz/eventing/aggregate';
import type { PoolClient } from 'pg';
import { arrivalsOf, known, placeOf, type Arrival, type Place } from '../person/people.js';
import type { MessageCommand, MessageState } from './message.decider.js';

type Message = Asked<MessageCommand, MessageState | null>;

/** Who is who, for what is received, and for what becomes of messages to people who are known by their user id. */
export async function messageFacts(
  tx: PoolClient,
  asked: readonly Message[],
): Promise<readonly (Arrival | { readonly place?: Place } | undefined)[]> {
  const received = asked.flatMap(({ command }) =>
    command.type === 'message.receive' ? { ...command.data, accountId: command.accountId } : [],
  );
  const arrivals = await arrivalsOf(tx, received);
  const toUserIds = asked.filter(isToUserId);
  const find = await known(
    tx,
    toUserIds.map(({ command: { accountId }, state }) => ({ accountId, key: state!.to! })),
  );
  let next = 0;
  return asked.map((one) => {
    const { type, accountId } = one.command;
    if (type === 'message.receive') return arrivals[next++]!;
    if (type !== 'message.note-status') return undefined;
    const person = isToUserId(one) ? find({ accountId, key: one.state!.to! })?.person : undefined;
    return person === undefined ? {} : { place: placeOf(accountId, one.state!.phoneNumberId, person) };
  });
}

const isToUserId = ({ command: { type }, state }: Message) =>
  type === 'message.note-status' && state?.direction === 'out' && !!state.to && !state.to.startsWith('+');
