import type { ClientBase } from 'pg';

type Stream = { cork: () => void; uncork: () => void };

/**
 * Sends the statements that a connection is given in one turn of the loop in one write. pg makes a write of each
 * (query.js of 8.23, `submit`), and in pipeline mode a write costs more than most of ours take Postgres.
 */
export function writeOnceATurn(client: ClientBase): void {
  const { stream } = (client as unknown as { connection: { stream: Stream } }).connection;
  let isHeld = false;
  const query = client.query.bind(client) as (...given: unknown[]) => unknown;
  const held = (...given: unknown[]) => {
    if (!isHeld) {
      isHeld = true;
      stream.cork();
      process.nextTick(() => {
        isHeld = false;
        stream.uncork();
      });
    }
    return query(...given);
  };
  client.query = held as typeof client.query;
}
