import { describe, expect, it } from '@jest/globals';
import { optOutWords } from './opt-out-words.js';

describe('the built-in words', () => {
  const says = optOutWords(null);
  it.each([
    'STOP',
    ' stop. ',
    'Stop!',
    'stop all',
    'Unsubscribe',
    '“STOP”',
    'Stop  Promotions',
    '\u200eSTOP\u200f',
    'stop\u200b',
    'Stop \u2764\ufe0f',
    'parar',
    'baja',
    'रोकें',
  ])('opt out by %s', (body) => expect(says(body)).toBe('stop'));
  it.each(['START', 'start', 'Subscribe', 'alta'])('opt in by %s', (body) =>
    expect(says(body)).toBe('start'),
  );
  it.each(['', 'please stop', 'stop it', 'stopped', 'cancel', 'yes', 'full stop', 'x'.repeat(10_000)])(
    'say nothing in %s',
    (body) => expect(says(body)).toBeUndefined(),
  );
});

describe('words of an account', () => {
  const says = optOutWords({
    en: { stop: ['Halt!'], start: [] },
    fi: { stop: ['seis', 'stop'], start: ['jatka', 'seis'] },
  });
  it('stand in place of those of their language', () => {
    expect(['halt', 'unsubscribe', 'start', 'seis', 'jatka'].map((word) => says(word))).toEqual([
      'stop',
      undefined,
      undefined,
      'stop',
      'start',
    ]);
  });
  it('leave the other languages as they are', () => expect(says('baja')).toBe('stop'));
});
