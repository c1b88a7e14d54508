const WARMING = { connections: 128, batch: 10 };
const PACED_MS = 2_000; // dispatchers read the pace of their numbers every second

/**
 * Measures rows of sends against `urls` with `bearers` in turn. `reader` counts sends that are through, `names` are the
 * processes whose costs count. A row lasts until all its sends are through. Resolves with the rows by name.
 */
export async function benchSends({ ours, load, costs, step, rows, seconds, target }) {
  const { urls, bearers, reader, names, pace } = target;
  const totals = async () => {
    const paths = ['/messages?limit=1', '/duplicates'];
    const [messages, doubled] = await Promise.all(paths.map((path) => ours.control('GET', path)));
    return { atSimulator: messages.total, doubled: doubled.total };
  };

  const measure = async (row) => {
    const { connections, perSecond, batch, paced, atLeastSeconds = 0 } = row;
    await ours.control('POST', '/behaviour', { batch });
    if (paced) await pace(paced);
    const before = await totals();
    const throughBefore = reader.through;
    const spentSince = await costs.begin(names);
    const beganUs = nowUs();
    const loaded = await load(urls, {
      headers: row.headers,
      bearers,
      connections,
      perSecond,
      seconds: Math.max(seconds, atLeastSeconds),
    });
    if (paced) await pace();
    // 504: accepted, but Meta did not answer in time.
    const sent = [201, 202, 504].reduce((sum, status) => sum + (loaded.statuses[status] ?? 0), 0);
    const lastAt = await reader.until(throughBefore + sent);
    const spent = await spentSince({ 'load generator': loaded.cpuSeconds });
    const spanUs = [beganUs, nowUs()];
    const through = reader.through - throughBefore;
    const after = await totals();
    return {
      ...loaded,
      throughPerSecond: (through / (lastAt - loaded.beganAt)) * 1_000,
      spent,
      spanUs,
      checks: {
        sent,
        through,
        atSimulator: after.atSimulator - before.atSimulator,
        doubled: after.doubled - before.doubled,
      },
    };
  };

  await step(`${target.title}: warming up`, () => measure(WARMING));
  await target.warm?.();
  const found = {};
  for (const row of rows)
    found[row.name] = await step(`${target.title}: ${row.title.trim()}`, () => measure(row));
  await ours.control('POST', '/behaviour', { batch: WARMING.batch });
  return found;
}

const nowUs = () => Number(process.hrtime.bigint() / 1000n);
