import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLogger } from './logging.js';
import { exportSpans, type Exporting } from './otlp.js';
import { parseTraceparent } from './traceparent.js';

const bodies: Buffer[] = [];
const lines: string[] = [];
const logger = createLogger({
  service: 'contacts',
  replica: 't',
  level: 'warn',
  destination: { write: (line) => void lines.push(line) },
});
let status = 200;
let collector: Server;
let exporting: Exporting;
beforeAll(async () => {
  collector = createServer((request, response) => {
    request.on('data', (chunk: Buffer) => bodies.push(chunk));
    request.on('end', () => response.writeHead(status).end());
  }).listen(0, '127.0.0.1');
  await once(collector, 'listening');
  const { port } = collector.address() as AddressInfo;
  exporting = {
    url: `http://127.0.0.1:${port}/v1/traces`,
    headers: {},
    sampler: 'parentbased_always_on',
    ratio: 1,
    resource: { 'service.name': 'contacts' },
  };
});
afterAll(() => void collector.close());

it('a step goes on with the trace of its parent, and what is held goes to the collector at the end', async () => {
  const { startSpan, close } = exportSpans(exporting, logger);
  const parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const span = startSpan('first step', { kind: 'internal', parent });
  expect(parseTraceparent(span.traceparent)).toMatchObject({
    traceId: '0af7651916cd43dd8448eb211c80319c',
    flags: '01',
  });
  span.end({ error: 'late' });
  startSpan('not recorded', { kind: 'internal', parent: parent.replace(/01$/, '00') }).end();
  await close();
  const sent = Buffer.concat(bodies).toString('latin1');
  expect(sent).toContain('first step');
  expect(sent).not.toContain('not recorded');
});

it('a share of the traces is recorded where that is asked for', () => {
  const { startSpan } = exportSpans({ ...exporting, sampler: 'parentbased_traceidratio', ratio: 0 }, logger);
  expect(startSpan('left out', { kind: 'internal' }).traceparent).toMatch(/-00$/);
});

it('tells when the collector does not take them', async () => {
  status = 400;
  const { startSpan, close } = exportSpans(exporting, logger);
  startSpan('lost', { kind: 'internal' }).end();
  await close();
  expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
    expect.objectContaining({ spans: 1, msg: 'traces: export of spans failed; they are not sent again' }),
  ]);
});
