import type { Audience } from '@wbiz/contracts/audience';
import type { CampaignTemplate } from '@wbiz/contracts/campaign';
import { personalValuesOf, type PersonalValue } from '@wbiz/contracts/text/personal-values';
import { parameters } from '@wbiz/service-kit/parameters';
import { templateForm } from '../copy/contact-values.js';
import { AudienceSql } from './audience.sql.js';

type Wanted = {
  readonly accountId: string;
  readonly audience: Audience;
  readonly template?: CampaignTemplate | undefined;
};

/**
 * Builds the query that lists an audience, and its parameters. Columns: contact_id, created_at, opted_in, "to",
 * `values` for the template's placeholders, and the skip `reason` (null: the contact is sent to).
 */
export function recipientsOf({ accountId, audience, template }: Wanted) {
  const { values, value } = parameters();
  const sql = new AudienceSql(value, accountId);
  const personal = personalValuesOf(template).map((one) => valueOf(one, sql, value));
  const resolved = personal.length > 0 ? `array[${personal.join(', ')}]` : 'null';
  // Authentication templates need a phone number: Meta sends no one-time passwords to user ids.
  const phoneOnly = template ? `upper(${sql.ofTemplate('category', template)}) = 'AUTHENTICATION'` : 'false';
  const query = `
    select c.contact_id, c.created_at, c.opted_in, coalesce(c.phone, c.user_id) as "to", v.values,
      case when not c.opted_in then 'opted_out'
           when coalesce(c.phone, c.user_id) is null or (c.phone is null and ${phoneOnly}) then 'no_number'
           when array_position(v.values, null) > 0 then 'variable_missing' end as reason
    from campaigns.contacts c cross join lateral (select ${resolved}::text[] as values) v
    where ${sql.holds(audience)}`;
  return { query, values, value };
}

function valueOf(
  { field = '', fallback }: PersonalValue,
  sql: AudienceSql,
  value: (given: unknown) => string,
): string {
  const [, key] = /^customFields\.(.*)$/s.exec(field) ?? [];
  const own = key === undefined ? `c.${field}` : sql.customField('fields', key);
  const instead = templateForm(fallback);
  return instead === null ? own : `coalesce(${own}, ${value(instead)})`;
}
