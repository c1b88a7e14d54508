import type { contactOf, Meaning } from './map-columns.js';
import { inWords } from './run-import.js';

type PreviewProps = {
  read: readonly ({ cells: readonly string[] } & ReturnType<typeof contactOf>)[];
  meanings: readonly Meaning[];
  heads: readonly string[];
  names: (meaning: Meaning) => string;
};
export function ImportPreview({ read, meanings, heads, names }: PreviewProps) {
  const columns = meanings.flatMap((meaning, column) => (meaning === 'ignore' ? [] : [column]));
  return (
    <div class="table" tabIndex={0} role="region" aria-label="First rows">
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {names(meanings[column]!)}
              </th>
            ))}
            <th scope="col">Result</th>
          </tr>
        </thead>
        <tbody>
          {read.map(({ cells, faults }, index) => (
            <tr key={index}>
              {columns.map((column) => (
                <td key={column} class={faults.some((fault) => fault.column === column) ? 'wrong' : ''}>
                  {cells[column]}
                </td>
              ))}
              <td>
                {faults.length === 0 ? (
                  <span class="badge good">Good</span>
                ) : (
                  <span class="wrong">{faults.map(inWords(heads)).join('; ')}</span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
