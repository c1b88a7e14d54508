import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { table } from './table.mjs';

const SHOWN = 15;
const WIDTH = 100;
const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Prints a CPU profile's self time by package and function, in microseconds per send of each of the `rows`
 * (`spanUs`: its begin and end, microseconds of process.hrtime).
 */
export function summariseProfile(name, file, rows) {
  const { nodes, samples, timeDeltas, startTime } = JSON.parse(readFileSync(file, 'utf8'));
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const found = rows.map(() => ({ parts: {}, functions: {} }));
  let now = startTime;
  samples.forEach((id, index) => {
    now += timeDeltas[index];
    const at = rows.findIndex(({ spanUs: [from, to] }) => now >= from && now <= to);
    const frame = frames.get(id);
    if (at < 0 || frame.functionName === '(idle)') return;
    const spent = (timeDeltas[index + 1] ?? 0) / rows[at].through;
    add(found[at].parts, partOf(frame), spent);
    add(found[at].functions, `${frame.functionName || '(anonymous)'}  ${placeOf(frame)}`, spent);
  });
  const titles = rows.map((row) => row.name);
  printSpent(
    `${name}, µs a send by package`,
    titles,
    found.map(({ parts }) => parts),
  );
  printSpent(
    '  by function',
    titles,
    found.map(({ functions }) => functions),
  );
}

/** Prints Postgres' time per statement. */
export function summariseStatements(rows) {
  const each = rows.map(({ spent, through }) => {
    const byQuery = {};
    for (const { service, query, ms } of spent.statements)
      add(byQuery, `${service}: ${query}`, (ms * 1_000) / through);
    return byQuery;
  });
  printSpent(
    'postgres, µs a send by statement',
    rows.map(({ name }) => name),
    each,
  );
}

/** The largest of each column. */
function printSpent(title, columns, each) {
  const totals = each.map((spent) => Object.values(spent).reduce((sum, us) => sum + us, 0));
  const share = (name) => Math.max(...each.map((spent, at) => (spent[name] ?? 0) / totals[at]));
  const names = [...new Set(each.flatMap(Object.keys))].toSorted((one, other) => share(other) - share(one));
  const cells = (numbers) => numbers.map((us = 0) => us.toFixed(1));
  console.log();
  table([
    [title, ...columns],
    ...names
      .slice(0, SHOWN)
      .map((name) => [name.slice(0, WIDTH), ...cells(each.map((spent) => spent[name]))]),
    ['all', ...cells(totals)],
  ]);
}

const add = (sums, name, number) => (sums[name] = (sums[name] ?? 0) + number);

function partOf({ url, functionName }) {
  if (!url) return functionName.startsWith('(') ? functionName : '(native)';
  return (
    /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? /(?:apps|libs)\/[^/]+/.exec(url)?.[0] ?? 'node'
  );
}

const placeOf = ({ url, lineNumber }) =>
  url &&
  `${url
    .replace('file://', '')
    .replace(root, '')
    .replace(/^.*node_modules\//, '')}:${lineNumber + 1}`;
