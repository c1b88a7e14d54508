import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What parts words becomes a letter in the texts that are searched, so that trigrams go across it; first letters follow. */
export class SearchAcrossWords1764900000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const joined = [
      [' ', 'Q'],
      ['.', 'X'],
      ['@', 'Z'],
      ['+', 'J'],
      ['-', 'W'],
      ['_', 'V'],
      ["''", 'Y'],
    ].reduce((search, [joint, letter]) => `replace(${search}, '${joint}', '${letter}')`, "state->>'search'");
    const initials = `(select coalesce(string_agg(distinct left(ltrim(word, '+'), 1), ' ' order by left(ltrim(word, '+'), 1)), '')
      from string_to_table(substr(state->>'search', 2), ' ') word)`;
    const text = `${joined} || ' ' || ${initials}`;
    // Without the indexes while every row of them changes: minutes at a million contacts otherwise.
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
