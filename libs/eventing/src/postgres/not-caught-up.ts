/** What was waited for did not come in time; ask again later. */
export class NotCaughtUp extends Error {
  override readonly name = 'NotCaughtUp';
}
