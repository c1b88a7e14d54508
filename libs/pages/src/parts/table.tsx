import type { ComponentChildren } from 'preact';

export type Column<Row> = {
  readonly name: string;
  /** Numbers are aligned right. */
  readonly number?: boolean;
  readonly cell: (row: Row) => ComponentChildren;
};

/** A table; on a phone each row becomes a card. */
export function Table<Row>({
  label,
  columns,
  rows,
  keyOf,
}: {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
}) {
  return (
    <div class="table stacked" role="region" aria-label={label} tabIndex={0}>
      {/* Explicit roles: the phone style's `display` would remove the table's own. */}
      <table role="table">
        <thead role="rowgroup">
          <tr role="row">
            {columns.map(({ name, number }) => (
              <th key={name} role="columnheader" scope="col" class={number ? 'number' : undefined}>
                {name || <span class="unseen">Actions</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row) => (
            <tr key={keyOf(row)} role="row">
              {columns.map(({ name, number, cell }) => (
                <td key={name} role="cell" data-label={name} class={number ? 'number' : undefined}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
