import type { Loaded } from './answers.ts';
import { total } from './amounts.ts';
import type { Costs, Spent } from './costs.ts';
import type { Installation } from './installation.ts';
import type { Load } from './load.ts';
import type { Reader } from './progress.ts';
import type { Row, Sending } from './rows.ts';
// @boundaries-ignore the bench tells its steps as npm start does
import { step } from '../../scripts/say.mjs';

const WARMING: Sending = { loop: { connections: 128 }, batch: 10 };

/** `spanUs`: begin and end of the measurement, in microseconds of process.hrtime. */
export type SendFigures = Loaded & {
  readonly throughPerSecond: number;
  readonly spent: Spent;
  readonly spanUs: readonly [number, number];
  readonly checks: {
    readonly sent: number;
    readonly through: number;
    readonly atSimulator: number;
    readonly doubled: number;
  };
};
/** Figures by name of the row. */
export type SendRows = Readonly<Record<string, SendFigures>>;

/** What sends go to: `urls`, with the API keys `bearers` in turn. `names`: the processes whose costs are measured. */
export type Target = {
  readonly title: string;
  readonly urls: readonly string[];
  readonly bearers?: readonly string[];
  readonly reader: Reader;
  readonly names: readonly string[];
  /** Sets how many sends a second are passed on to Meta; without a number, there is no limit. */
  readonly pace?: (perSecond?: number) => Promise<unknown>;
};

/** Measures sends. A measurement lasts `seconds` or more, until all its sends are through (read or failed). */
export function openSends(
  target: Target,
  {
    control,
    totalAt,
    load,
    costs,
    seconds,
  }: Pick<Installation, 'control' | 'totalAt'> & {
    readonly load: Load;
    readonly costs: Costs;
    readonly seconds: number;
  },
) {
  const { title, urls, bearers, reader, names, pace } = target;
  const totals = async () => {
    const paths = ['/messages?limit=1', '/duplicates'];
    const [atSimulator = 0, doubled = 0] = await Promise.all(paths.map(totalAt));
    return { atSimulator, doubled };
  };

  const measure = async ({
    loop,
    batch,
    paced,
    headers,
    atLeastSeconds = 0,
  }: Sending): Promise<SendFigures> => {
    await control('POST', '/behaviour', { batch });
    if (paced) await pace?.(paced);
    const before = await totals();
    const throughBefore = reader.through;
    const spentSince = await costs.begin(names);
    const beganUs = nowUs();
    const loaded = await load(urls, { loop, headers, bearers, seconds: Math.max(seconds, atLeastSeconds) });
    if (paced) await pace?.();
    // 504: WBIZ accepted the send, but Meta did not answer in time.
    const sent = total([201, 202, 504].map((status) => loaded.statuses[status] ?? 0));
    const lastAt = await reader.until(throughBefore + sent);
    const spent = await spentSince({ 'load generator': loaded.cpuSeconds });
    const spanUs = [beganUs, nowUs()] as const;
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

  return {
    warmUp: () => step(`${title}: warming up`, () => measure(WARMING)),
    async measure(rows: readonly Row[]): Promise<SendRows> {
      const found: Record<string, SendFigures> = {};
      for (const row of rows)
        found[row.name] = await step(`${title}: ${row.title.trim()}`, () => measure(row));
      await control('POST', '/behaviour', { batch: WARMING.batch });
      return found;
    },
  };
}

const nowUs = () => Number(process.hrtime.bigint() / 1000n);
