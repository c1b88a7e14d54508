import { projection } from '@wbiz/service-kit/projection';

/** This service's copy of the templates. */
export const templates = projection({
  name: 'templates',
  on: {
    'template.changed': async ({ accountId, data }, db) => {
      await db.query(
        `insert into campaigns.templates (account_id, name, language, data) values ($1, $2, $3, $4)
         on conflict (account_id, name, language) do update set data = excluded.data`,
        [accountId, data.name, data.language, JSON.stringify(data)],
      );
    },
    // Deletes only if the id matches: a newer template may have the same name and language.
    'template.removed': async ({ accountId, data }, db) => {
      await db.query(
        `delete from campaigns.templates
         where account_id = $1 and name = $2 and language = $3 and data->>'id' = $4`,
        [accountId, data.name, data.language, data.templateId],
      );
    },
  },
});
