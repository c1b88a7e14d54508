import { join } from 'node:path';
// @boundaries-ignore the tests run the processes as npm start does
import { startKafka } from '../../scripts/embedded/kafka.ts';
// @boundaries-ignore the tests run the processes as npm start does
import { freePort } from '../../scripts/embedded/launch.ts';
// @boundaries-ignore the tests run the processes as npm start does
import { startPostgres } from '../../scripts/embedded/postgres.ts';

type Running = { stop: (withinMs?: number) => Promise<void> };

/** `down` stops Kafka or Postgres, `up` starts it again with its data. */
type Outage = { down: () => Promise<void>; up: () => Promise<void> };

/** Starts a Kafka and a Postgres for a single test file, which may stop them. */
export async function startOwnStack(home: string) {
  const files = (name: string) => ({ dataDir: join(home, name), logFile: join(home, 'logs', `${name}.log`) });
  const ports = { broker: await freePort(), controller: await freePort() };
  const port = await freePort();
  const starters = {
    kafka: () => startKafka({ ...files('kafka'), ports }),
    postgres: () => startPostgres({ ...files('postgres'), port }),
  };
  const [kafka, postgres] = await Promise.all([starters.kafka(), starters.postgres()]);
  const parts: Record<string, Running> = { kafka, postgres };
  const outage = (name: keyof typeof starters): Outage => ({
    down: () => parts[name]!.stop(0),
    up: async () => void (parts[name] = await starters[name]()),
  });
  return {
    brokers: [kafka.brokers],
    database: { url: postgres.url, drop: () => Promise.resolve() },
    kafka: outage('kafka'),
    postgres: outage('postgres'),
    stop: () => Promise.all(Object.values(parts).map((part) => part.stop())),
  };
}
