import pg from 'pg';

/** Connects to the database, runs `work`, and disconnects. */
export async function withDatabase<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Calls `work` with the numbers 0 to `count` - 1, at most 20,000 a call: the parameters of a statement are in memory. */
export async function inBatches(count: number, work: (numbers: readonly number[]) => Promise<void>) {
  const most = 20_000;
  for (let from = 0; from < count; from += most)
    await work(Array.from({ length: Math.min(most, count - from) }, (_, index) => from + index));
}
