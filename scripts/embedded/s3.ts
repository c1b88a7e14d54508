import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { java, requireJava } from './java.mjs';
import { jarsOf } from './jars.ts';
import { freePort, launch, whenReady } from './launch.ts';

const jars = fileURLToPath(new URL('../../.cache/s3proxy-3.1.0', import.meta.url));
export const S3_CREDENTIALS = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'only-for-tests' };

/** Starts an S3 server on 127.0.0.1 that stores one bucket in a directory; resolves once it answers. */
export async function startS3({ dataDir, bucket }: { dataDir: string; bucket: string }) {
  await requireJava();
  const classPath = await jarsOf('s3', jars);
  const endpoint = `http://127.0.0.1:${await freePort()}`;
  const properties = join(dataDir, 's3.properties');
  const logFile = join(dataDir, 's3.log');
  mkdirSync(join(dataDir, 'buckets', bucket), { recursive: true });
  writeFileSync(
    properties,
    `s3proxy.endpoint=${endpoint}
s3proxy.authorization=aws-v2-or-v4
s3proxy.identity=${S3_CREDENTIALS.AWS_ACCESS_KEY_ID}
s3proxy.credential=${S3_CREDENTIALS.AWS_SECRET_ACCESS_KEY}
jclouds.provider=filesystem-nio2
jclouds.filesystem.basedir=${join(dataDir, 'buckets')}
`,
  );
  const { exited, stop } = await launch({
    command: java,
    args: [
      '-Xmx256m',
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      `-Dlogback.configurationFile=${join(import.meta.dirname, 's3', 'logback.xml')}`,
      '-cp',
      classPath,
      'org.gaul.s3proxy.Main',
      '--properties',
      properties,
    ],
    marker: properties,
    pidFile: join(dataDir, 's3.pid'),
    logFile,
  });
  const ready = () =>
    fetch(endpoint).then(
      () => true,
      () => false,
    );
  await whenReady({ name: 'S3', exited, logFile, ready });
  return { endpoint, stop };
}
