import { caseless } from '@wbiz/contracts/text/caseless';
import { inOrder } from '@wbiz/contracts/schema/in-order';
import type { Page, Paged } from '@wbiz/contracts/page';
import { pageOf } from '@wbiz/service-kit/paging';
import type { Pool } from 'pg';

/** An aggregate whose state has a text `search` to search in. `there`: SQL condition for rows that are not deleted. */
type Kind<View> = {
  readonly name: string;
  readonly table: string;
  readonly there: string;
  readonly view: new () => View;
};
type Ask = Page & { readonly accountId: string; readonly search?: string };

/**
 * A page of an account's rows that match the search, newest first: sorted by id, which begins with the creation time.
 * Throws `invalid_request` for a cursor that this service did not issue.
 */
export async function searchNewest<View extends { id: string }>(
  pool: Pool,
  { name, table, there, view: shown }: Kind<View>,
  ask: Ask,
): Promise<Paged<View>> {
  const page = pageOf(ask, 'id');
  const { rows } = await pool.query<{ view: View }>({
    name,
    text: `select state->'view' as view from templates.${table}
           where account_id = $1 and ${there} and ($2::text is null or stream < $2)
             and ($3::text is null or strpos(state->>'search', $3) > 0)
           order by stream desc limit $4`,
    values: [
      ask.accountId,
      page.after[0],
      ask.search === undefined ? null : caseless(ask.search),
      page.fetch,
    ],
  });
  return page.cut(
    rows,
    ({ view }) => [view.id],
    ({ view }) => inOrder(shown, view),
  );
}
