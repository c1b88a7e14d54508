import { readdirSync } from 'node:fs';
import tseslint from 'typescript-eslint';

const apps = readdirSync(new URL('apps', import.meta.url)).join('|');
const tests = ['**/*.spec.ts', '**/*.samples.ts', '**/*.harness.ts'];

const PURE = 'A decider is data and functions: what it needs of the world comes in with the command.';
const impure = [
  'Date',
  'crypto',
  'fetch',
  'process',
  'performance',
  'console',
  'globalThis',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
];

/** @type {(...patterns: { regex: string, message: string }[]) => ['error', object]} */
const forbidImports = (...patterns) => ['error', { patterns }];
const TEST_CODE = {
  regex: '^@wbiz/(service-)?testing/|\\.(samples|harness)(\\.js)?$',
  message: 'Tests and what they share are not compiled into the image.',
};

export default tseslint.config(
  {
    ignores: ['**/dist/**', '**/node_modules/**', '.cache/**', '.wbiz/**', '**/*.d.ts', 'docs/**/*.mjs'],
  },
  {
    files: ['**/*.{ts,tsx,mjs}'],
    extends: [tseslint.configs.base],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      eqeqeq: 'error',
      'no-empty': 'error',
    },
  },
  {
    files: ['apps/**/*.ts'],
    ignores: tests,
    rules: {
      'no-restricted-imports': forbidImports(TEST_CODE, {
        regex: `^@wbiz/(${apps})(/|$)|^(\\.\\./)+(${apps})/src/`,
        message: 'Apps meet over Kafka and RPC, never by import.',
      }),
    },
  },
  {
    files: tests.map((test) => `apps/${test}`),
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'NewExpression[callee.name="EventStore"]',
          message: 'storeUnderTest gives it the inline projections that it has in production.',
        },
      ],
    },
  },
  {
    files: ['libs/**/*.{ts,tsx}'],
    ignores: [...tests, 'libs/*testing/**'],
    rules: { 'no-restricted-imports': forbidImports(TEST_CODE) },
  },
  {
    files: ['libs/{contracts,eventing}/src/**/*.ts'],
    ignores: tests,
    rules: {
      'no-restricted-imports': forbidImports(TEST_CODE, {
        regex: '^@wbiz/',
        message: 'contracts and eventing stand on nothing of ours.',
      }),
    },
  },
  {
    files: ['{scripts,bench,deploy}/**/*.ts'],
    ignores: tests,
    rules: {
      'no-restricted-syntax': [
        'error',
        ...[
          'TSEnumDeclaration',
          'TSModuleDeclaration[declare!=true]',
          'TSParameterProperty',
          'TSImportEqualsDeclaration',
          'TSExportAssignment',
          'TSTypeAssertion',
          'Decorator',
        ].map((selector) => ({ selector, message: 'Node runs these files by stripping their types.' })),
      ],
    },
  },
  {
    files: ['**/*.decider.ts', '**/*.evolve.ts'],
    rules: {
      // The rule of the plain name is taken by the zones above.
      '@typescript-eslint/no-restricted-imports': forbidImports({
        regex: '^(?!\\.|node:util$|@wbiz/contracts/|@wbiz/eventing/(?!kafka/|postgres/|rpc/))',
        message: PURE,
      }),
      'no-restricted-globals': ['error', ...impure.map((name) => ({ name, message: PURE }))],
      'no-restricted-properties': ['error', { object: 'Math', property: 'random', message: PURE }],
      'no-restricted-syntax': [
        'error',
        ...['AwaitExpression', ':function[async=true]', 'ClassDeclaration', 'ImportExpression'].map(
          (selector) => ({
            selector,
            message: PURE,
          }),
        ),
      ],
    },
  },
);
