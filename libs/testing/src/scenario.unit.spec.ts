import { describe, expect, it } from '@jest/globals';
import { scenario } from './scenario.js';

type Opened = { type: 'door.opened'; data: { by: string } };
type Open = { type: 'door.open'; data: { by: string } };
type Close = { type: 'door.close'; data: object };

class Refusal extends Error {
  readonly details = [{ pointer: '/by' }];
  constructor(readonly code: string) {
    super(code);
  }
}

const door = {
  initial: { open: false },
  decide: {
    'door.open': ({ data }: Open, state: { open: boolean }): readonly Opened[] => {
      if (data.by === 'burglar') throw new Refusal('not_welcome');
      return state.open ? [] : [{ type: 'door.opened', data }];
    },
    'door.close': (_command: Close): readonly Opened[] => {
      throw new TypeError('a fault, not a refusal');
    },
  },
  evolve: { 'door.opened': (_state: { open: boolean }, _event: Opened) => ({ open: true }) },
};

const { given } = scenario(door);
const open = (by: string): Open => ({ type: 'door.open', data: { by } });
const opened = (by: string): Opened => ({ type: 'door.opened', data: { by } });

describe('a scenario', () => {
  it('passes where the decider decides as expected', () => {
    given().when(open('ann')).then(opened('ann'));
    given(opened('ann')).when(open('bob')).thenNothing();
    given().when(open('burglar')).thenRejected('not_welcome');
    given().when(open('burglar')).thenRejected('not_welcome', '/by');
  });

  it.each([
    ['other events', () => given().when(open('ann')).then(opened('bob'))],
    ['no event', () => given(opened('ann')).when(open('bob')).then(opened('bob'))],
    ['an event too many', () => given().when(open('ann')).thenNothing()],
    ['another code', () => given().when(open('burglar')).thenRejected('closed')],
    ['another field', () => given().when(open('burglar')).thenRejected('not_welcome', '/door')],
    ['a field more', () => given().when(open('burglar')).thenRejected('not_welcome', '/by', '/door')],
    ['no rejection', () => given().when(open('ann')).thenRejected('not_welcome')],
    ['a fault', () => given().when({ type: 'door.close', data: {} }).thenRejected('TypeError')],
  ])('fails on %s', (_what, told) => expect(told).toThrow());

  it('takes only commands and events of the decider', () => {
    // @ts-expect-error no such event
    expect(() => given({ type: 'door.painted', data: {} }).when(open('ann')).thenNothing()).toThrow(
      'no rule',
    );
  });
});
