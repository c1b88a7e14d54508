import { PROVISIONING, startNode, type System } from './apps.ts';
import { startKafka } from './embedded/kafka.ts';
import { startPostgres } from './embedded/postgres.ts';
import { say, SetupError, step } from './say.mjs';
import { file, logFile } from './start-home.ts';
import type { Ports } from './start-ports.ts';
import type { createSupervisor } from './supervisor.ts';

type Supervisor = ReturnType<typeof createSupervisor>;

/** Starts Kafka, unless KAFKA_BROKERS names one, and sets `system.kafkaBrokers`. */
export async function kafkaUp(system: System, ports: Ports, supervisor: Supervisor): Promise<void> {
  if (system.kafkaBrokers) return say.done(`Kafka of KAFKA_BROKERS is used: ${system.kafkaBrokers}`);
  await step('Kafka', async (note) => {
    const begin = () =>
      startKafka({
        dataDir: file('kafka'),
        logFile: logFile('kafka'),
        pidFile: file('run/kafka.pid'),
        ports: ports['kafka'] as { broker: number; controller: number },
        note,
      });
    const { brokers } = await supervisor.keep('kafka', begin);
    system.kafkaBrokers = brokers;
    return { said: `up on ${brokers}` };
  });
}

/** Starts Postgres, unless DATABASE_URL names one, and sets `system.databaseUrl`. */
export async function postgresUp(system: System, ports: Ports, supervisor: Supervisor): Promise<void> {
  if (system.databaseUrl)
    return say.done(`Postgres of DATABASE_URL is used: ${new URL(system.databaseUrl).host}`);
  await step('Postgres', async (note) => {
    const begin = () =>
      startPostgres({
        dataDir: file('postgres'),
        logFile: logFile('postgres'),
        pidFile: file('run/postgres.pid'),
        port: ports['postgres']!['port']!,
        note,
      });
    const { url } = await supervisor.keep('postgres', begin);
    system.databaseUrl = url;
    return { said: `up on 127.0.0.1:${ports['postgres']!['port']}` };
  });
}

/** Runs provisioning; resolves once it has ended, throws if it failed. */
export async function provision(system: System, onLine: (line: string) => void): Promise<void> {
  const { exited } = await startNode(system, {
    instance: 'provision',
    main: PROVISIONING.main,
    env: PROVISIONING.env(system),
    onLine,
  });
  const how = await exited;
  if (how !== 'with exit code 0')
    throw new SetupError(`Provisioning ended ${how}: see ${logFile('provision')}`);
}
