import type { Message } from '@wbiz/eventing/message';
import type { Asked, Bare } from '@wbiz/eventing/aggregate';
import type { PoolClient } from 'pg';

/**
 * Locks the labels to delete. The lock waits until each batch of commands that read these labels (key share) is
 * committed; later batches read the labels as deleted.
 */
export const lockDeletedLabels =
  <C extends Message>(table: string, type: C['type'], stream: (command: Bare<C>) => string) =>
  async (tx: PoolClient, asked: readonly Asked<C>[]): Promise<readonly undefined[]> => {
    const deleted = asked.filter(({ command }) => command.type === type);
    if (deleted.length > 0)
      await tx.query({
        name: `deletion-waits-${table}`,
        text: `select from contacts.${table} where stream = any($1) order by stream for update`,
        values: [deleted.map(({ command }) => stream(command))],
      });
    return asked.map(() => undefined);
  };
