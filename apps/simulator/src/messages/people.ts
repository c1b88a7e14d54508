import { createHash } from 'node:crypto';
import type { Behaviour } from '../control/behaviour.js';
import { BadRequest } from '../control/page-request.js';
import type { Person } from '../graph/nodes.js';
import { isUserId } from '../graph/parameter.rules.js';
import type { State } from '../graph/state.js';
import { countryOf } from './calling-codes.js';
import { digitsOf } from './message-log.js';

export type People = ReturnType<typeof openPeople>;

const NAME = 'Simulated person';

/** Identifies people by phone number, business-scoped id or both; the setting `userIds` decides. */
export function openPeople(state: State, behaviour: Behaviour) {
  const allHaveIds = () => behaviour.settings.userIds === 'all';

  return {
    /** Stores the person given as `{ from, userId?, username?, name? }`; `from`: a phone number or a business-scoped id. */
    acting(wabaId: string, asked: Record<string, unknown>): Person {
      const given = personIn(asked);
      const { waId } = given;
      const before = state.person(wabaId, waId ?? given.userId!);
      const filled =
        allHaveIds() && waId !== undefined ? (before?.userId ?? madeUserId(wabaId, waId)) : undefined;
      const userId = given.userId ?? filled;
      const person = { ...given, ...(userId === undefined ? {} : { userId }) };
      state.remember(wabaId, { ...before, ...person });
      return person;
    },
    /** The person with this phone number or business-scoped id. */
    reached(wabaId: string, id: string): Person {
      if (!allHaveIds()) return isUserId(id) ? { userId: id } : { waId: id };
      const known = state.person(wabaId, id) ?? (isUserId(id) ? { userId: id } : { waId: id });
      const { waId, userId = madeUserId(wabaId, waId!) } = known;
      return { ...known, userId };
    },
    /** The entry of `contacts` in a status webhook; undefined if that webhook has no `contacts`. */
    statusContact({ waId, userId, name = NAME, username }: Person, status: string): object | undefined {
      if (status === 'failed' || userId === undefined) return undefined;
      if (!allHaveIds()) return { user_id: userId };
      // The status `sent` has no user name (Meta's docs, business-scoped user IDs, status messages webhooks).
      const profile = { name, ...(username === undefined || status === 'sent' ? {} : { username }) };
      return { profile, ...idsIn({ waId, userId }) };
    },
  };
}

/** The entry of `contacts` in the webhook of a message. */
export const contactOf = ({ name = NAME, username, ...ids }: Person) => ({
  profile: { name, ...(username === undefined ? {} : { username }) },
  ...idsIn(ids),
});

/** The person's `wa_id` and `user_id`, or the one of the two that the person has. */
export const idsIn = ({ waId, userId }: { waId?: string | undefined; userId?: string | undefined }) => ({
  ...(waId === undefined ? {} : { wa_id: waId }),
  ...(userId === undefined ? {} : { user_id: userId }),
});

export const idsOf = ({ waId, userId }: Person): readonly string[] =>
  [waId, userId].filter((id) => id !== undefined);

function personIn({ from, userId, username, name }: Record<string, unknown>): Person {
  const given = String(from ?? '');
  const scoped = isUserId(given) ? given : userId === undefined ? undefined : String(userId);
  const waId = isUserId(given) || given === '' ? undefined : digitsOf(given);
  if (waId === undefined ? scoped === undefined : !/^\d{5,15}$/.test(waId))
    throw new BadRequest('from must be a phone number in international form, or a business-scoped user id.');
  if (scoped !== undefined && !isUserId(scoped))
    throw new BadRequest('userId must be a business-scoped user id, such as IN.13491208655302741918.');
  return {
    ...(waId === undefined ? {} : { waId }),
    ...(scoped === undefined ? {} : { userId: scoped }),
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof username === 'string' ? { username } : {}),
  };
}

/** A business-scoped id (country, a dot, 20 digits) derived from the WABA and the phone number, so always the same. */
const madeUserId = (wabaId: string, waId: string) => {
  const hash = createHash('sha256').update(`${wabaId}:${waId}`).digest();
  return `${countryOf(waId)}.${String(hash.readBigUInt64BE()).padStart(20, '0')}`;
};
