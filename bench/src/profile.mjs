import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const SHOWN = 15;
const root = fileURLToPath(new URL('../..', import.meta.url));

/** Prints where a CPU profile spent its time between two moments (microseconds of process.hrtime): own time by package and by function. */
export function summariseProfile(file, [from, to]) {
  const { nodes, samples, timeDeltas, startTime } = JSON.parse(readFileSync(file, 'utf8'));
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const byPart = new Map();
  const byFunction = new Map();
  let now = startTime;
  let total = 0;
  samples.forEach((id, index) => {
    now += timeDeltas[index];
    const frame = frames.get(id);
    if (now < from || now > to || frame.functionName === '(idle)') return;
    const spent = timeDeltas[index + 1] ?? 0;
    total += spent;
    add(byPart, partOf(frame), spent);
    add(byFunction, `${frame.functionName || '(anonymous)'}  ${placeOf(frame)}`, spent);
  });
  console.log(`${file}: ${(total / 1e6).toFixed(2)} s of samples during the full sends, own time by`);
  for (const [title, found] of Object.entries({ package: byPart, function: byFunction })) {
    console.log(`\n  ${title}`);
    for (const [name, spent] of [...found].toSorted(([, one], [, other]) => other - one).slice(0, SHOWN))
      console.log(`  ${((spent / total) * 100).toFixed(1).padStart(5)} %  ${name}`);
  }
  console.log();
}

const add = (sums, name, number) => sums.set(name, (sums.get(name) ?? 0) + number);

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
