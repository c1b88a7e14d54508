// Runs before any package is installed: it may import Node's own modules only.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { SetupError } from '../say.mjs';

const run = promisify(execFile);
const OLDEST = 17; // what a Kafka 4 broker requires: https://kafka.apache.org/40/documentation/compatibility.html

export const KAFKA_VERSION = '4.4.0';
export const kafkaJars = fileURLToPath(new URL(`../../.cache/kafka-${KAFKA_VERSION}`, import.meta.url));
export const java = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin', 'java') : 'java';

/** Throws an error that says what to install if Java is missing, or Maven while it is needed to fetch Kafka's jars. */
export async function requireJava() {
  const { stderr } = await run(java, ['-version']).catch(() => {
    throw missing(
      `Kafka needs Java ${OLDEST} or newer, and there is none here`,
      'openjdk-17-jre-headless',
      'openjdk',
    );
  });
  const [, version, major] = /version "((\d+)[^"]*)"/.exec(stderr) ?? [];
  const found = Number(major); // Java 8 and older print their version as 1.x
  if (!(found >= OLDEST))
    throw missing(
      `Kafka needs Java ${OLDEST} or newer, and here is Java ${version}`,
      'openjdk-17-jre-headless',
      'openjdk',
    );
  if (existsSync(kafkaJars)) return;
  await run('mvn', ['-version']).catch(() => {
    throw missing('The jars of Kafka are fetched by Maven, and there is none here', 'maven', 'maven');
  });
}

/** @type {(what: string, debian: string, brew: string) => SetupError} */
const missing = (what, debian, brew) =>
  new SetupError(
    `${what}. Install it (Debian, Ubuntu: apt-get install ${debian}; macOS: brew install ${brew}) or set KAFKA_BROKERS to a Kafka that runs.`,
  );
