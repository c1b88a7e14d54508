/** An expected event or reply did not arrive in time; a later retry may succeed. */
export class NotCaughtUp extends Error {
  override readonly name = 'NotCaughtUp';
}
