import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { freshDatabase } from '@wbiz/testing/stack';
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { reseal, type SealedRows, type SealedRow } from './reseal.js';
import { Secrets } from './sealing.js';

const ROWS = 450;
const [lost, before, now] = [randomBytes(32), randomBytes(32), randomBytes(32)];
const secrets = new Secrets({ key: now, previous: [before] });
const idOf = (key: Buffer) => new Secrets({ key }).present;
const by = (key: Buffer, owner: string) => new Secrets({ key }).seal(`of ${owner}`, owner);

let database: Awaited<ReturnType<typeof freshDatabase>>;
let pool: pg.Pool;
beforeAll(async () => {
  database = await freshDatabase();
  pool = new pg.Pool({ connectionString: database.url });
  await pool.query('create table kept (id text primary key, sealed text)');
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const put = (id: string, sealed: string | null) =>
  pool.query('insert into kept values ($1, $2) on conflict (id) do update set sealed = $2', [id, sealed]);
const sealedOf = async () => {
  const { rows } = await pool.query<{ id: string; sealed: string }>('select * from kept order by id');
  return rows;
};
beforeEach(async () => {
  await pool.query('truncate kept');
  for (let row = 0; row < ROWS; row += 1) {
    const id = `row_${String(row).padStart(3, '0')}`;
    await put(id, by(before, id));
  }
});

const kept = (write?: SealedRows<SealedRow>['write']): SealedRows<SealedRow> => ({
  service: 'gateway',
  setting: 'TOKENS_KEY',
  what: 'tokens',
  secrets,
  rows: 'select id, id as owner, array[sealed] as texts from kept',
  write:
    write ??
    (async ({ id }, renewed) => {
      for (const [text, anew] of Object.entries(renewed))
        await pool.query('update kept set sealed = $3 where id = $1 and sealed = $2', [id, text, anew]);
    }),
});
const done = (resealed: number, former: object[] = []) => ({
  ...{ service: 'gateway', setting: 'TOKENS_KEY', what: 'tokens' },
  ...{ present: idOf(now), resealed, former },
});

it('seals all of it anew, once', async () => {
  expect(await reseal(pool, kept())).toEqual(done(ROWS));
  expect(await reseal(pool, kept())).toEqual(done(0));
  const present = new Secrets({ key: now });
  for (const { id, sealed } of await sealedOf()) expect(present.unseal(sealed, id)).toBe(`of ${id}`);
});

it('goes on where it was interrupted', async () => {
  const { write } = kept();
  let written = 0;
  const breaking = kept((row, renewed) => {
    written += 1;
    if (written > 230) throw new Error('the process ended');
    return write(row, renewed);
  });
  await expect(reseal(pool, breaking)).rejects.toThrow('the process ended');
  const halfWay = await reseal(pool, kept());
  expect(halfWay.resealed).toBeGreaterThan(0);
  expect(halfWay.resealed).toBeLessThan(ROWS);
  expect(halfWay).toEqual(done(halfWay.resealed));
});

it('leaves alone what is written meanwhile', async () => {
  const { write } = kept();
  const changing = kept(async (row, renewed) => {
    if (row.id === 'row_200') await put(row.id, secrets.seal('changed', row.id));
    if (row.id === 'row_201') await put(row.id, null);
    await write(row, renewed);
  });
  expect((await reseal(pool, changing)).former).toEqual([]);
  const [changed, gone] = (await sealedOf()).slice(200);
  expect(secrets.unseal(changed!.sealed, 'row_200')).toBe('changed');
  expect(gone!.sealed).toBeNull();
});

it('tells what it cannot open: a key that is gone, a text of another row, none that is sealed', async () => {
  await put('row_000', by(lost, 'row_000'));
  await put('row_001', by(before, 'row_002'));
  await put('row_003', '');
  expect(await reseal(pool, kept())).toEqual(
    done(
      ROWS - 3,
      [
        { key: idOf(lost), texts: 1, known: false },
        { key: idOf(before), texts: 1, known: true },
      ].toSorted((a, b) => a.key.localeCompare(b.key)),
    ),
  );
});
