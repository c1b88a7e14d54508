import type { ClientBase } from 'pg';

type Stream = { cork: () => void; uncork: () => void };

/**
 * Sends all statements of one turn of the event loop in one write. pg writes each on its own (query.js of 8.23,
 * `submit`), and in pipeline mode a write costs more than most of our statements cost Postgres.
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
