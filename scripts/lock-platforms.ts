// npx node scripts/lock-platforms.ts [--check]: adds missing optional packages of other platforms to package-lock.json. npm
// omits those that it could not fetch (https://github.com/npm/cli/issues/4828), and npm ci refuses a lock file without them.
import { readFileSync, writeFileSync } from 'node:fs';

type Entry = { readonly optionalDependencies?: Readonly<Record<string, string>>; readonly dev?: boolean };

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, Entry> };
const OS: Readonly<Record<string, string>> = { windows: 'win32' };
const CPU: Readonly<Record<string, string>> = { 64: 'x64', armv7: 'arm' };

const left = Object.entries(lock.packages).flatMap(([parent, { optionalDependencies = {}, dev }]) =>
  Object.entries(optionalDependencies)
    .filter(
      ([name]) => !lock.packages[`node_modules/${name}`] && !lock.packages[`${parent}/node_modules/${name}`],
    )
    .map(([name, version]) => ({ name, version, dev })),
);

if (left.length && process.argv.includes('--check')) {
  console.log(
    `package-lock.json lacks ${left.map(({ name }) => name).join(', ')}: run npx node scripts/lock-platforms.ts`,
  );
  process.exit(1);
}

for (const { name, version, dev } of left) lock.packages[`node_modules/${name}`] = entry(name, version, dev);
lock.packages = Object.fromEntries(
  Object.entries(lock.packages).sort(([one], [other]) => (one < other ? -1 : 1)),
);
if (left.length) writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);

/** The entry that npm would write for a package of another platform, read from the end of its name: `<os>-<cpu>[-<libc>]`. */
function entry(name: string, version: string, dev: boolean | undefined) {
  const [, os, cpu, libc] =
    /(darwin|windows|win32|linux|android|freebsd|netbsd|openbsd|sunos|aix|openharmony)-(armv7|arm64|arm|ia32|x64|64|ppc64|riscv64|s390x|loong64)(?:-(gnu|musl)$)?/.exec(
      name,
    ) ?? [];
  if (!os || !/^\d+\.\d+\.\d+/.test(version))
    throw new Error(`Cannot tell the platform of ${name}@${version}.`);
  return {
    version,
    cpu: [CPU[cpu ?? ''] ?? cpu],
    ...(dev && { dev }),
    ...(libc && { libc: [libc === 'gnu' ? 'glibc' : 'musl'] }),
    optional: true,
    os: [OS[os] ?? os],
  };
}
