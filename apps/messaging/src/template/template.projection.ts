import { projection } from '@wbiz/service-kit/projection';

/** This service's copy of templates, against which sends are checked. */
export const templates = projection({
  name: 'templates',
  on: {
    'template.changed': async ({ accountId, data }, db) => {
      await db.query(
        `insert into messaging.templates (account_id, name, language, data) values ($1, $2, $3, $4)
         on conflict (account_id, name, language) do update set data = excluded.data`,
        [accountId, data.name, data.language, JSON.stringify(data)],
      );
    },
    // Removes by id: a template created again under the name has another id, and stays.
    'template.removed': async ({ accountId, data }, db) => {
      await db.query(`delete from messaging.templates where account_id = $1 and data->>'id' = $2`, [
        accountId,
        data.templateId,
      ]);
    },
  },
});
