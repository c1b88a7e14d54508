import type { MigrationInterface, QueryRunner } from 'typeorm';

/** In search texts, word separators become capital letters, so that trigrams span words; initials are appended. */
export class SearchAcrossWords1764900000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const folded = `regexp_replace(substr(state->>'search', 2), ' +', ' ', 'g')`;
    const joined = [
      [' ', 'Q'],
      ['.', 'X'],
      ['@', 'Z'],
      ['+', 'J'],
      ['-', 'W'],
      ['_', 'V'],
      ["''", 'Y'],
    ].reduce((text, [joint, letter]) => `replace(${text}, '${joint}', '${letter}')`, `(' ' || ${folded})`);
    const initials = `(select string_agg(initial, ' ' order by initial) from (
        select distinct left(regexp_replace(word, '^\\+', ''), 1) collate "C" as initial
        from string_to_table(${folded}, ' ') word) as each)`;
    const text = `${joined} || ' ' || coalesce(${initials}, '')`;
    // Drops the indexes while every row changes: with the indexes, the update takes minutes at a million contacts.
    const indexes = (await runner.query(
      `select indexdef as definition, indexname as name from pg_indexes
       where schemaname = 'contacts' and indexname in ('contacts_newest', 'contacts_search')`,
    )) as { definition: string; name: string }[];
    for (const { name } of indexes) await runner.query(`drop index contacts.${name}`);
    await runner.query(
      `update contacts.contacts set state = jsonb_set(state, '{search}', to_jsonb(${text}))`,
    );
    for (const { definition } of indexes) await runner.query(definition);
  }

  down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}
