/** What was to be waited for did not come in time; asking again later is right. */
export class NotCaughtUp extends Error {
  override readonly name = 'NotCaughtUp';
}
