import { inBatches, withDatabase } from './database.ts';
import { personOf } from './people.ts';

const FIRST_PHONE = 918_500_000_000;

/** True for phone numbers of the recipients that `fillAudience` writes. */
export const isRecipient = (digits: string) => digits.startsWith(String(FIRST_PHONE).slice(0, 4));

/**
 * Writes opted-in contacts into the campaigns service's copy of contacts, as its projection does. `audiences`: how many
 * contacts to write, by tag.
 */
export async function fillAudience({
  databaseUrl,
  accountId,
  audiences,
}: {
  readonly databaseUrl: string;
  readonly accountId: string;
  readonly audiences: Readonly<Record<string, number>>;
}): Promise<void> {
  // Imported here, since the bench builds these packages first.
  const { caseless } = await import('@wbiz/contracts/text/caseless');
  const { contactIdOf } = await import('@wbiz/contracts/conversation');
  const tags = Object.entries(audiences).flatMap(([tag, people]) =>
    Array.from({ length: people }, () => tag),
  );
  await withDatabase(databaseUrl, async (client) => {
    await inBatches(tags.length, async (numbers) => {
      const phones = numbers.map((number) => `+${FIRST_PHONE + number}`);
      const names = numbers.map((number) => personOf(number).name);
      await client.query(
        `insert into campaigns.contacts (account_id, contact_id, phone, name, fields, name_key, field_keys, tags, opted_in,
           source, created_at, updated_at, sequence)
         select $1, id, phone, name, '{"city": "Pune"}', name_key, '{"city": "pune"}', array[tag], true, 'api',
           '2026-01-01t00:00:00.000z', '2026-01-01t00:00:00.000z', 1
         from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) as c(id, phone, name, name_key, tag)`,
        [
          accountId,
          phones.map((phone) => contactIdOf(accountId, phone)),
          phones,
          names,
          names.map(caseless),
          numbers.map((number) => tags[number]),
        ],
      );
    });
    await client.query('vacuum analyze campaigns.contacts');
  });
}
