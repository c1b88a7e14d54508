import { readFileSync } from 'node:fs';
import { add, sumOf, type Amounts } from './amounts.ts';
import { ROWS } from './rows.ts';
import type { SendRows } from './sends.ts';
import { table } from './table.ts';
// @boundaries-ignore the profiles name files below the repository's folder
import { root } from '../../scripts/bootstrap.mjs';

const SHOWN = 15;
const WIDTH = 100;

type Frame = { readonly url: string; readonly functionName: string; readonly lineNumber: number };
/** A file that --cpu-prof writes; times in microseconds of process.hrtime. */
type Profile = {
  readonly nodes: readonly { readonly id: number; readonly callFrame: Frame }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
  readonly startTime: number;
};

/** Prints a CPU profile's self time by package and by function, in microseconds per send, for each profiled row. */
export function summariseProfile(name: string, file: string, sends: SendRows): void {
  const { nodes, samples, timeDeltas, startTime } = JSON.parse(readFileSync(file, 'utf8')) as Profile;
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const rows = profiled(sends).map(({ row, figures: { spanUs, checks } }) => ({
    ...{ row, from: spanUs[0], to: spanUs[1], through: checks.through },
    parts: {} as Record<string, number>,
    functions: {} as Record<string, number>,
  }));
  let now = startTime;
  samples.forEach((id, index) => {
    now += timeDeltas[index]!;
    const at = rows.find(({ from, to }) => now >= from && now <= to);
    const frame = frames.get(id)!;
    if (!at || frame.functionName === '(idle)') return;
    const spent = (timeDeltas[index + 1] ?? 0) / at.through;
    add(at.parts, partOf(frame), spent);
    add(at.functions, `${frame.functionName || '(anonymous)'}  ${placeOf(frame)}`, spent);
  });
  printSpent(
    `${name}, µs a send by package`,
    rows.map(({ row, parts }) => [row, parts]),
  );
  printSpent(
    '  by function',
    rows.map(({ row, functions }) => [row, functions]),
  );
}

/** Prints Postgres' time by statement, in microseconds per send, for each profiled row. */
export const summariseStatements = (sends: SendRows) =>
  printSpent(
    'postgres, µs a send by statement',
    profiled(sends).map(({ row, figures: { spent, checks } }) => {
      const byQuery: Record<string, number> = {};
      for (const { service, query, ms } of spent.statements)
        add(byQuery, `${service}: ${query}`, (ms * 1_000) / checks.through);
      return [row, byQuery];
    }),
  );

const profiled = (sends: SendRows) =>
  ROWS.flatMap(({ name, profiled }) => {
    const figures = sends[name];
    return profiled && figures ? [{ row: name, figures }] : [];
  });

/** Prints a table of the SHOWN names with the largest share of any column. */
function printSpent(title: string, columns: readonly (readonly [row: string, spent: Amounts])[]): void {
  const each = columns.map(([, spent]) => spent);
  const totals = each.map(sumOf);
  const share = (name: string) => Math.max(...each.map((spent, at) => (spent[name] ?? 0) / totals[at]!));
  const names = [...new Set(each.flatMap(Object.keys))].toSorted((one, other) => share(other) - share(one));
  const cells = (numbers: readonly (number | undefined)[]) => numbers.map((us = 0) => us.toFixed(1));
  table([
    [title, ...columns.map(([row]) => row)],
    ...names
      .slice(0, SHOWN)
      .map((name) => [name.slice(0, WIDTH), ...cells(each.map((spent) => spent[name]))]),
    ['all', ...cells(totals)],
  ]);
}

function partOf({ url, functionName }: Frame): string {
  if (!url) return functionName.startsWith('(') ? functionName : '(native)';
  return (
    /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? /(?:apps|libs)\/[^/]+/.exec(url)?.[0] ?? 'node'
  );
}

const placeOf = ({ url, lineNumber }: Frame) =>
  url &&
  `${url
    .replace('file://', '')
    .replace(root, '')
    .replace(/^.*node_modules\//, '')}:${lineNumber + 1}`;
