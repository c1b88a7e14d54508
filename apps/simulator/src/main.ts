import { startSimulator } from './simulator.js';

const { PORT, HOST, SIMULATOR_STATE_DIR, WEBHOOK_URL, APP_SECRET, VERIFY_TOKEN, SIMULATOR_CONTROL_TOKEN } =
  process.env;

/** A log line in the services' format; pino's level 30 is info. */
const log = (msg: string) =>
  void process.stdout.write(
    `${JSON.stringify({ level: 30, time: new Date().toISOString(), service: 'simulator', msg })}\n`,
  );

const simulator = await startSimulator({
  port: Number(PORT ?? 0),
  host: HOST || '127.0.0.1',
  stateDir: SIMULATOR_STATE_DIR || undefined,
  webhookUrl: WEBHOOK_URL || undefined,
  appSecret: APP_SECRET || undefined,
  verifyToken: VERIFY_TOKEN || undefined,
  controlToken: SIMULATOR_CONTROL_TOKEN || undefined,
  log,
});
process.stdout.write(`${JSON.stringify({ listening: simulator.url })}\n`);
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.once(signal, () => void simulator.close().then(() => process.exit(0)));
