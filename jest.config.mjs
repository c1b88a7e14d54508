import { readFileSync } from 'node:fs';

if (!process.env.NODE_OPTIONS?.includes('--experimental-vm-modules'))
  throw new Error('Run jest with NODE_OPTIONS=--experimental-vm-modules: the tests are ES modules.');

// As the build compiles, and what it leaves out as well.
const swc = {
  ...JSON.parse(readFileSync(new URL('.swcrc', import.meta.url), 'utf8')),
  exclude: [],
  swcrc: false,
  sourceMaps: 'inline',
};

const shared = {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  // `source` makes @wbiz/* resolve to src, so that tests need no build.
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': ['@swc/jest', swc] },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': ['$1.js', '$1.ts'] },
  modulePathIgnorePatterns: ['/dist/', '/\\.cache/', '/\\.wbiz/'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
};

const onTheRealThing = {
  globalSetup: './scripts/embedded/jest-setup.ts',
  globalTeardown: './scripts/embedded/jest-teardown.ts',
};

/** @param {string} kind */
const specs = (kind) =>
  ['apps', 'libs', 'scripts', 'bench', 'deploy'].map(
    (root) => `<rootDir>/${root}/**/*.${kind}.spec.{ts,mjs}`,
  );

export default {
  maxWorkers: 2,
  projects: [
    { ...shared, displayName: 'unit', testMatch: specs('unit') },
    { ...shared, ...onTheRealThing, displayName: 'int', testMatch: specs('int') },
    {
      ...shared,
      ...onTheRealThing,
      displayName: 'e2e',
      testMatch: ['<rootDir>/e2e/src/**/*.e2e.spec.ts'],
    },
    {
      ...shared,
      ...onTheRealThing,
      displayName: 'full',
      testMatch: ['<rootDir>/{apps,libs,e2e,bench}/**/*.full.spec.ts'],
    },
  ],
};
