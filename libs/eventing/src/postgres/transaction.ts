import type { Pool, PoolClient } from 'pg';

/**
 * Runs `work` in one transaction on a connection of the pool; rolled back when it throws. In pg's pipeline mode it begins
 * with the first statement, in one round trip.
 */
export async function inTransaction<T>(pool: Pool, work: (tx: PoolClient) => Promise<T>): Promise<T> {
  const tx = await pool.connect();
  let broken: Error | undefined;
  try {
    const begun = tx.query('begin');
    begun.catch(() => undefined); // then nothing behind it can be done
    const result = await work(tx);
    await begun;
    await tx.query('commit');
    return result;
  } catch (error) {
    await tx.query('rollback').catch((fault: Error) => (broken = fault));
    throw error;
  } finally {
    tx.release(broken);
  }
}
