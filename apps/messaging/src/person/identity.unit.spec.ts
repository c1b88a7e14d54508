import { describe, expect, it } from '@jest/globals';
import { identityAfter, identityOf, type Identity, type Known } from './identity.js';

const [P1, P2, P3, U1, U2] = ['+918899332211', '+918899332212', '+918899332213', 'IN.1', 'IN.2'];

/** Links in memory. `wrote` and `changed` identify the person of a message and store its links. */
function people() {
  const file = new Map<string, Known>();
  const known = (key: string) => file.get(key);
  const learn = ({ person, links }: Identity) => {
    for (const { alias, ...link } of links) file.set(alias, link);
    return person;
  };
  return {
    file,
    wrote: (phone: string | null, userId: string | null = null) =>
      learn(identityOf({ phone, userId }, known)),
    changed: (before: [string | null, string | null], to: [string | null, string | null]) =>
      learn(identityAfter({ phone: before[0], userId: before[1] }, { phone: to[0], userId: to[1] }, known)),
  };
}

describe('who writes', () => {
  it('is one person by the number and by the user id, once both came together', () => {
    const { wrote } = people();
    expect([wrote(P1), wrote(null, U1)]).toEqual([P1, U1]);
    expect([wrote(P1, U1), wrote(null, U1), wrote(P1)]).toEqual([P1, P1, P1]);
  });
  it('is one person under each spelling of the number', () => {
    const { wrote } = people();
    expect([wrote('+5511987654321', U1), wrote('+551187654321'), wrote(null, U1)]).toEqual(
      Array(3).fill('+551187654321'),
    );
  });
  it('is the same with a known user id from another number', () => {
    const { wrote } = people();
    expect([wrote(P1, U1), wrote(P2, U1), wrote(P2), wrote(null, U1)]).toEqual([P1, P1, P1, P1]);
  });
  it('is on file with nothing new to learn, then', () => {
    const { wrote, file } = people();
    wrote(P1, U1);
    expect(identityOf({ phone: P1, userId: U1 }, (key) => file.get(key)).links).toEqual([]);
    expect(identityOf({ phone: P2, userId: null }, (key) => file.get(key)).links).toEqual([]);
  });
});

describe('who changes', () => {
  it('the number is the same by the new one', () => {
    const { wrote, changed } = people();
    expect([wrote(P1), changed([P1, null], [P2, null]), wrote(P2), wrote(P2, U1)]).toEqual([P1, P1, P1, P1]);
  });
  it('number and user id is the same by either', () => {
    const { wrote, changed } = people();
    wrote(P1, U1);
    changed([P1, null], [P2, U2]);
    expect([wrote(null, U2), wrote(P2), wrote(null, U1), wrote(P2, U2)]).toEqual([P1, P1, P1, P1]);
  });
  it('after a message from the new number is one with who wrote it', () => {
    const { wrote, changed } = people();
    expect([wrote(P1, U1), wrote(P2, U2)]).toEqual([P1, P2]);
    changed([P1, U1], [P2, U2]);
    expect([wrote(P2, U2), wrote(null, U2)]).toEqual([P1, P1]);
  });
  it('and comes back is the same', () => {
    const { wrote, changed, file } = people();
    changed([P1, null], [P2, null]);
    changed([P2, null], [P1, null]);
    expect([wrote(P1, U1), wrote(P2)]).toEqual([P1, P1]);
    expect([file.get(P1)?.former, file.get(P2)?.former]).toEqual([false, true]);
  });
  it('the user id alone is the same', () => {
    const { wrote, changed } = people();
    wrote(null, U1);
    expect([changed([null, U1], [null, U2]), wrote(null, U2), wrote(P3, U2)]).toEqual([U1, U1, U1]);
  });
  it('the number leaves it to somebody else, with a user id of its own', () => {
    const { wrote, changed } = people();
    wrote(P1, U1);
    changed([P1, U1], [P2, null]);
    expect([wrote(P1, U2), wrote(P1), wrote(null, U2)]).toEqual([U2, U2, U2]);
    expect([wrote(P1, U1), wrote(P2), wrote(null, U1)]).toEqual([P1, P1, P1]);
  });
});
