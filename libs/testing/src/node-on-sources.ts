/** Arguments with which Node runs our TypeScript without a build, for processes that tests start and kill. */
export const NODE_ON_SOURCES = [
  '--conditions=source',
  '--import',
  new URL('run-typescript.mjs', import.meta.url).href,
];
