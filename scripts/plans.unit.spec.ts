import { expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { limitOf } from '../apps/gateway/src/access/rate-limit.ts';
import { PLANS } from '../libs/contracts/src/account.ts';

const figure = (count: number | undefined) => count?.toLocaleString('en-US') ?? 'no limit';
const rows = PLANS.map((plan) => {
  const limit = limitOf({ limit: null }, { plan });
  return `| \`${plan}\` | ${figure(limit?.perMinute)} | ${figure(limit?.burst)} |\n`;
});

it.each(['docs/production.md', 'docs/guides/connect-a-number.md'])(
  '%s has the limits of every plan',
  (page) => {
    expect(readFileSync(join(import.meta.dirname, '..', page), 'utf8')).toContain(rows.join(''));
  },
);
