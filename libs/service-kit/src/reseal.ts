import type { SealedTexts } from '@wbiz/contracts/sealed';
import type { Pool } from 'pg';
import { UnsealFailed, type Secrets } from './sealing.js';

const AT_ONCE = 200;
const WITHIN_MS = 5_000;

/** New sealed text by the sealed text that it replaces. */
export type Renewed = Readonly<Record<string, string>>;

/** The sealed texts in one of a service's tables. */
export type SealedRows<Row extends SealedRow> = Pick<SealedTexts, 'service' | 'setting' | 'what'> & {
  readonly secrets: Secrets;
  /** SQL that selects `id` (text), `owner`, `texts` (sealed texts or nulls) and the columns that `write` needs. */
  readonly rows: string;
  /** Replaces the sealed texts of a row; must leave a text that has changed since it was read. */
  readonly write: (row: Row, renewed: Renewed) => Promise<unknown>;
};

export type SealedRow = {
  readonly id: string;
  readonly owner: string;
  readonly texts: readonly (string | null)[];
};

/**
 * Seals texts of previous keys again with the present key, for 5 s or until none is left; call it again to continue. Safe
 * beside live writes. A text that no key opens stays as it is.
 */
export async function reseal<Row extends SealedRow>(
  pool: Pool,
  { service, setting, what, secrets, rows, write }: SealedRows<Row>,
): Promise<SealedTexts> {
  let resealed = 0;
  const giveUp = Date.now() + WITHIN_MS;
  for (let after = ''; Date.now() < giveUp;) {
    const { rows: page } = await pool.query<Row>(
      `select * from (${rows}) r
       where id > $1 and exists (select from unnest(texts) as text where split_part(text, '.', 2) = any($2))
       order by id limit ${AT_ONCE}`,
      [after, secrets.previous],
    );
    if (page.length === 0) break;
    after = page.at(-1)!.id;
    const written = page.map(async (row) => {
      const renewed = renewedOf(row, secrets);
      if (Object.keys(renewed).length === 0) return;
      await write(row, renewed);
      resealed += 1;
    });
    await Promise.all(written);
  }
  const { rows: keys } = await pool.query<{ key: string; texts: number }>(
    `select split_part(text, '.', 2) as key, count(*)::int as texts
     from (${rows}) r, unnest(texts) as text where text <> '' group by 1 order by 1`,
  );
  const former = keys
    .filter(({ key }) => key !== secrets.present)
    .map(({ key, texts }) => ({ key, texts, known: secrets.previous.includes(key) }));
  return { service, setting, what, present: secrets.present, resealed, former };
}

function renewedOf({ owner, texts }: SealedRow, secrets: Secrets): Renewed {
  const renewed = texts.flatMap((text) => {
    const anew = text && ifOpened(() => secrets.renewed(text, owner));
    return text && anew && anew !== text ? [[text, anew]] : [];
  });
  return Object.fromEntries(renewed) as Renewed;
}

function ifOpened(renew: () => string): string | undefined {
  try {
    return renew();
  } catch (error) {
    if (error instanceof UnsealFailed) return undefined;
    throw error;
  }
}
