import type { Pool, PoolClient } from 'pg';

/**
 * Runs `work` in one transaction on a connection of the pool; rolls back if `work` throws. In pg's pipeline mode
 * `begin` shares a round trip with the first statement.
 */
export async function inTransaction<T>(pool: Pool, work: (tx: PoolClient) => Promise<T>): Promise<T> {
  const tx = await pool.connect();
  let broken: Error | undefined;
  try {
    const begun = tx.query('begin');
    begun.catch(() => undefined); // if `begin` fails, the statements after it fail too
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

const IN_FAILED_TRANSACTION = '25P02';

/**
 * Waits for all promises of parallel work in one transaction, so that no query comes after the transaction's end.
 * Throws the first fault, in the order given, that is not a mere consequence of another (25P02).
 */
export async function sideBySide<const T extends readonly Promise<unknown>[]>(
  work: T,
): Promise<{ -readonly [Key in keyof T]: Awaited<T[Key]> }> {
  const faults = (await Promise.allSettled(work)).flatMap((each) =>
    each.status === 'rejected' ? [each.reason as Error & { readonly code?: unknown }] : [],
  );
  if (faults.length > 0) throw faults.find(({ code }) => code !== IN_FAILED_TRANSACTION) ?? faults[0]!;
  return Promise.all(work);
}
