import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A span as received by OTLP. Ids are in hex; `parentId` is '' if the span has no parent. */
export type SeenSpan = {
  readonly service: string;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string;
  readonly links: readonly string[];
  readonly attributes: Readonly<Record<string, string>>;
  readonly isError: boolean;
};

/** Starts a server that receives traces by OTLP (http/protobuf), as a collector does. */
export async function collector() {
  const spans: SeenSpan[] = [];
  const headers: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      headers.push(request.headers.authorization);
      if (request.url === '/v1/traces') spans.push(...spansIn(Buffer.concat(chunks)));
      response.writeHead(request.url === '/v1/traces' ? 200 : 404).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    headers,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

type Field = Buffer | bigint;

/** The fields of a protobuf message by field number (https://protobuf.dev/programming-guides/encoding). */
function fieldsOf(message: Buffer): ReadonlyMap<number, readonly Field[]> {
  const fields = new Map<number, Field[]>();
  let at = 0;
  const varint = () => {
    for (let value = 0n, shift = 0n; ; shift += 7n) {
      const byte = message[at++]!;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  const bytes = (length: number) => message.subarray(at, (at += length));
  while (at < message.length) {
    const tag = Number(varint());
    const read = { 0: varint, 1: () => bytes(8), 2: () => bytes(Number(varint())), 5: () => bytes(4) }[
      tag & 7
    ];
    if (!read) throw new Error(`No field has the wire type ${tag & 7}.`);
    const number = tag >> 3;
    fields.set(number, [...(fields.get(number) ?? []), read()]);
  }
  return fields;
}
const all = (message: Buffer, number: number) => (fieldsOf(message).get(number) ?? []) as readonly Buffer[];
const one = (message: Buffer, number: number) => all(message, number)[0] ?? Buffer.alloc(0);

/** Reads the spans of an export request. Field numbers: opentelemetry-proto, collector/trace/v1, trace/v1, common/v1. */
const spansIn = (request: Buffer): SeenSpan[] =>
  all(request, 1).flatMap((ofResource) => {
    const service = attributesOf(all(one(ofResource, 1), 1))['service.name'] ?? '';
    return all(ofResource, 2)
      .flatMap((ofScope) => all(ofScope, 2))
      .map((span) => ({
        service,
        name: one(span, 5).toString(),
        traceId: one(span, 1).toString('hex'),
        spanId: one(span, 2).toString('hex'),
        parentId: one(span, 4).toString('hex'),
        links: all(span, 13).map((link) => one(link, 1).toString('hex')),
        attributes: attributesOf(all(span, 9)),
        isError: fieldsOf(one(span, 15)).get(3)?.[0] === 2n,
      }));
  });

const attributesOf = (pairs: readonly Buffer[]): Record<string, string> =>
  Object.fromEntries(
    pairs.map((pair) => {
      const [[, [value] = []] = []] = fieldsOf(one(pair, 2));
      return [one(pair, 1).toString(), String(value)];
    }),
  );
