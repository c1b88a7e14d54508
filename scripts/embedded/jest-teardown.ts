export default async function jestTeardown() {
  await globalThis.testStack.stop();
}
