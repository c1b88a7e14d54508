import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { certificatesIn } from '@wbiz/testing/certificates';
import { freePort } from '@wbiz/testing/stack';

type Ports = { readonly broker: number; readonly controller: number };
type Start = (options: {
  dataDir: string;
  logFile: string;
  properties: (ports: Ports) => Record<string, string>;
  format: string[];
}) => Promise<{ brokers: string; stop: () => Promise<void> }>;

const SESSION_MS = 15_000;
const module = (name: string) => `org.apache.kafka.common.security.${name}`;

/**
 * Starts a separate Kafka that is secured as in production and forbids all that no ACL allows. Listeners: `sasl` (names
 * and passwords, TLS), `mutual` (client certificates, TLS), `inside` (no TLS, everything allowed). PLAIN and SCRAM accept
 * the `users`, whose passwords are their names; OAUTHBEARER accepts every token. The principals in `above` are superusers.
 */
export async function secureKafka(
  users: readonly string[],
  { above }: { readonly above: readonly string[] },
) {
  const embedded = new URL('../../../scripts/embedded/kafka.ts', import.meta.url).href;
  const { startKafka } = (await import(embedded)) as { startKafka: Start };
  const dir = await mkdtemp(join(tmpdir(), 'wbiz-secure-kafka-'));
  const certificates = await certificatesIn(dir, ['broker', 'wbiz-certified']);
  const { cert, key } = certificates.of('broker');
  await writeFile(join(dir, 'keystore.pem'), Buffer.concat([key, cert]));
  const [sasl, mutual] = [await freePort(), await freePort()];

  const { brokers, stop } = await startKafka({
    dataDir: join(dir, 'data'),
    logFile: join(dir, 'kafka.log'),
    format: users.flatMap((user) =>
      ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
        '--add-scram',
        `${mechanism}=[name=${user},password=${user}]`,
      ]),
    ),
    properties: ({ broker, controller }) => {
      const advertised = `BROKER://127.0.0.1:${broker},SASL://127.0.0.1:${sasl},MUTUAL://127.0.0.1:${mutual}`;
      return {
        listeners: `${advertised},CONTROLLER://127.0.0.1:${controller}`,
        'advertised.listeners': advertised,
        'listener.security.protocol.map': 'BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL:SASL_SSL,MUTUAL:SSL',
        'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER',
        'listener.name.sasl.plain.sasl.jaas.config': `${module('plain.PlainLoginModule')} required ${users.map((user) => `user_${user}="${user}"`).join(' ')};`,
        'listener.name.sasl.scram-sha-256.sasl.jaas.config': `${module('scram.ScramLoginModule')} required;`,
        'listener.name.sasl.scram-sha-512.sasl.jaas.config': `${module('scram.ScramLoginModule')} required;`,
        'listener.name.sasl.oauthbearer.sasl.jaas.config': `${module('oauthbearer.OAuthBearerLoginModule')} required unsecuredLoginStringClaim_sub="broker";`,
        'ssl.keystore.type': 'PEM',
        'ssl.keystore.location': join(dir, 'keystore.pem'),
        'ssl.truststore.type': 'PEM',
        'ssl.truststore.location': join(dir, 'ca.pem'),
        'listener.name.mutual.ssl.client.auth': 'required',
        // The broker disconnects a client that has not authenticated again by then.
        'connections.max.reauth.ms': String(SESSION_MS),
        'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
        'super.users': ['ANONYMOUS', ...above].map((user) => `User:${user}`).join(';'),
      };
    },
  });
  return {
    dir,
    inside: brokers,
    sasl: `127.0.0.1:${sasl}`,
    mutual: `127.0.0.1:${mutual}`,
    file: (name: string) => join(dir, name),
    ca: String(certificates.ca),
    sessionMs: SESSION_MS,
    close: async () => {
      await stop();
      await rm(dir, { recursive: true });
    },
  };
}
