/** Events were not numbered or applied in time; a later retry may succeed. */
export class NotCaughtUp extends Error {
  override readonly name = 'NotCaughtUp';
}
