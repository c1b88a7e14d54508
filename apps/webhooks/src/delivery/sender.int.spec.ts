import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createSecureServer, type Http2SecureServer } from 'node:http2';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import tls from 'node:tls';
import { newWebhookSecret } from '@wbiz/contracts/webhook';
import { AddressGuard } from '@wbiz/service-kit/address-guard';
import { Sender } from './sender.js';
import { keyOf } from './signature.js';

/** A certificate for `localhost` that only this spec trusts. */
const CERT = `-----BEGIN CERTIFICATE-----
MIIBlDCCATugAwIBAgIUUuA6R5n5lDsf2lH9lvdxZFKIjfUwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyODIyNTkyM1oYDzIxMjYxMTA0
MjI1OTIzWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAARmeMekqm6FF4dZ45wH/mI9uUv+5RPpQmt2rrUoeVNC4UG599OcDkeD
FdB95gMbFhQdpYhM4CW+vb+irW8DkbPIo2kwZzAdBgNVHQ4EFgQUccMSnorReLpR
DteMy6HiNgRTNTcwHwYDVR0jBBgwFoAUccMSnorReLpRDteMy6HiNgRTNTcwDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
RwAwRAIgYRkYmev+sFV2FTyettO2Yg+12hVRw7VXqidQLtEhPtcCIEL05kwC0b9v
kN548fYT2ZdL2BaFqQA0hEawDb7+7fnm
-----END CERTIFICATE-----`;
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgkFBPYojEYso1ea9H
3nx0DBatUAHFp7SbBUeViOBemG6hRANCAARmeMekqm6FF4dZ45wH/mI9uUv+5RPp
Qmt2rrUoeVNC4UG599OcDkeDFdB95gMbFhQdpYhM4CW+vb+irW8DkbPI
-----END PRIVATE KEY-----`;

const trusted = tls.getCACertificates('default');
beforeAll(() => tls.setDefaultCACertificates([...trusted, CERT]));
afterAll(() => tls.setDefaultCACertificates(trusted));

/** Sends 60 deliveries, 20 at a time; resolves to what the endpoint saw. */
async function deliveriesTo(server: Http2SecureServer | https.Server) {
  const versions: string[] = [];
  let connections = 0;
  server.on('secureConnection', () => (connections += 1));
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    versions.push(request.httpVersion);
    request.resume().on('end', () => response.end('taken'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const guard = new AddressGuard({ insecure: true, networks: [] });
  const sender = new Sender({ guard, now: Date.now, timeoutMs: 5_000 });
  const target = {
    url: new URL(`https://localhost:${port}/`),
    keys: [keyOf(newWebhookSecret())],
    headers: {},
  };
  try {
    for (let round = 0; round < 3; round += 1) {
      const sent = Array.from({ length: 20 }, (_, index) =>
        sender.send(target, { id: `evt_${round}_${index}`, body: Buffer.from('{}') }),
      );
      for (const outcome of await Promise.all(sent))
        expect(outcome).toMatchObject({ delivered: true, statusCode: 200, response: 'taken', error: null });
    }
  } finally {
    await sender.close();
    await new Promise((resolve) => server.close(resolve));
  }
  return { versions: new Set(versions), deliveries: versions.length, connections };
}

it('HTTP/2 is spoken where it is offered, many deliveries to a connection', async () => {
  const seen = await deliveriesTo(createSecureServer({ key: KEY, cert: CERT, allowHTTP1: true }));
  expect(seen).toMatchObject({ versions: new Set(['2.0']), deliveries: 60 });
  expect(seen.connections).toBeLessThan(20);
});

it('HTTP/1.1 is spoken elsewhere, and connections are kept', async () => {
  const seen = await deliveriesTo(https.createServer({ key: KEY, cert: CERT }));
  expect(seen).toMatchObject({ versions: new Set(['1.1']), deliveries: 60 });
  expect(seen.connections).toBeLessThan(30);
});
