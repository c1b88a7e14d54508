import { personKey } from '@wbiz/contracts/text/phone';

/**
 * The person to whom a user id or number ({@link personKey}) belongs. `person`: the user id or number from which the
 * ids of the person's contact and conversations are derived. `former`: the person no longer has this number.
 */
export type Known = { readonly person: string; readonly former: boolean };
type Find = (key: string) => Known | undefined;
export type Link = Known & { readonly alias: string };
/** The person of a message, and the identity links to store. */
export type Identity = { readonly person: string; readonly links: readonly Link[] };

type Person = { readonly phone: string | null; readonly userId: string | null };

const keyOf = (phone: string | null) => (phone === null ? undefined : personKey(phone));

/** A user id always stays with its person; a number can move to another person. */
function personOf({ phone, userId }: Person, known: Find): string {
  const number = keyOf(phone);
  const byUserId = userId === null ? undefined : known(userId)?.person;
  if (number === undefined) return byUserId ?? userId!;
  if (byUserId !== undefined) return byUserId;
  const byNumber = known(number) ?? { person: number, former: false };
  return byNumber.former && userId !== null ? userId : byNumber.person;
}

/** The identity of a sender. */
export function identityOf(sender: Person, known: Find): Identity {
  const person = personOf(sender, known);
  const isNew = (key: string) => key !== person && known(key)?.person !== person;
  const keys = [sender.userId, keyOf(sender.phone)].filter((key) => typeof key === 'string');
  return { person, links: keys.filter(isNew).map((alias) => ({ alias, person, former: false })) };
}

/** The identity of a person whose number, user id or both have changed. */
export function identityAfter(before: Person, to: Person, known: Find): Identity {
  const person = personOf(before, known);
  const [had, has] = [keyOf(before.phone), keyOf(to.phone)];
  const links: Link[] = [to.userId, has]
    .filter((key) => typeof key === 'string')
    .map((alias) => ({ alias, person, former: false }));
  const hadIt = had !== undefined && (known(had)?.person ?? had) === person;
  if (hadIt && has !== undefined && had !== has) links.push({ alias: had, person, former: true });
  return { person, links: links.filter((link) => differsFromStored(link, known)) };
}

export function differsFromStored({ alias, person, former }: Link, known: Find): boolean {
  const { person: had, former: was } = known(alias) ?? { person: alias, former: false };
  return had !== person || was !== former;
}
