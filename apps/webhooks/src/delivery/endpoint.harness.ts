import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Received = {
  readonly at: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly event: {
    readonly id: string;
    readonly sequence: number;
    readonly type: string;
    readonly data: Record<string, unknown>;
  };
};
type Answer = (request: Received, response: ServerResponse, raw: IncomingMessage) => void;

/** A client's endpoint on this machine: answers as the test says and keeps every request. */
export async function endpoint(answer: Answer = (_, response) => response.end()) {
  const received: Received[] = [];
  let behaviour = answer;
  let inFlight = 0;
  let most = 0;
  const server = createServer((raw, response) => {
    inFlight += 1;
    most = Math.max(most, inFlight);
    response.on('close', () => (inFlight -= 1));
    const chunks: Buffer[] = [];
    raw.on('data', (chunk: Buffer) => chunks.push(chunk));
    raw.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const request = { at: performance.now(), headers: raw.headers, body, event: JSON.parse(body) as never };
      received.push(request);
      behaviour(request, response, raw);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}/hooks`,
    received,
    sequences: () => received.map(({ event }) => event.sequence),
    answer: (next: Answer) => void (behaviour = next),
    status: (code: number, headers: Record<string, string> = {}) =>
      void (behaviour = (_, response) => response.writeHead(code, headers).end()),
    most: () => most,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
export type Endpoint = Awaited<ReturnType<typeof endpoint>>;
