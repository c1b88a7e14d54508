import pg from 'pg';
import { personOf } from './people.mjs';

const AT_ONCE = 20_000;
const FIRST_PHONE = 918_500_000_000;

/** Whether a phone number belongs to a recipient filled in here. */
export const isRecipient = (digits) => digits.startsWith(String(FIRST_PHONE).slice(0, 4));

/**
 * Writes contacts into the campaigns service's copy, as its projection does: for each tag in `audiences` as many as given,
 * each with its own phone number and name, opted in.
 */
export async function fillAudience({ databaseUrl, accountId, audiences, idOf, caseless }) {
  const tags = Object.entries(audiences).flatMap(([tag, people]) =>
    Array.from({ length: people }, () => tag),
  );
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    for (let from = 0; from < tags.length; from += AT_ONCE) {
      const made = tags.slice(from, from + AT_ONCE).map((tag, index) => {
        const { name } = personOf(from + index);
        const phone = `+${FIRST_PHONE + from + index}`;
        return { id: idOf(accountId, phone), phone, name, nameKey: caseless(name), tag };
      });
      await client.query(
        `insert into campaigns.contacts (account_id, contact_id, phone, name, fields, name_key, field_keys, tags, opted_in,
           source, created_at, updated_at, sequence)
         select $1, id, phone, name, '{"city": "Pune"}', name_key, '{"city": "pune"}', array[tag], true, 'api',
           '2026-01-01t00:00:00.000z', '2026-01-01t00:00:00.000z', 1
         from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) as c(id, phone, name, name_key, tag)`,
        [accountId, ...['id', 'phone', 'name', 'nameKey', 'tag'].map((key) => made.map((one) => one[key]))],
      );
    }
    await client.query('vacuum analyze campaigns.contacts');
  } finally {
    await client.end();
  }
}
