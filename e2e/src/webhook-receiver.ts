import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Delivery = { readonly at: number; readonly headers: IncomingHttpHeaders; readonly body: string };
export type Receiver = Awaited<ReturnType<typeof receiver>>;

/** Starts a client's webhook endpoint on this machine. It answers with the status that `answer` returns, 200 by default. */
export async function receiver(answer: (delivery: Delivery) => number = () => 200) {
  const received: Delivery[] = [];
  let answering = answer;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const delivery = {
        at: performance.now(),
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      };
      received.push(delivery);
      response.writeHead(answering(delivery)).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answer: (next: (delivery: Delivery) => number) => void (answering = next),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
