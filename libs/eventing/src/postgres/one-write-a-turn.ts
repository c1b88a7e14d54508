import type { ClientBase } from 'pg';

type Stream = { cork: () => void; uncork: () => void };

/**
 * Sends all statements of one turn of the event loop in one socket write. pg writes each statement separately (query.js
 * of pg 8.23, `submit`), and in pipeline mode a socket write takes longer than most of our statements take in Postgres.
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
