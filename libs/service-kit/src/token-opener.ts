import type { Config } from './config.js';
import type { Runtime } from './runtime.js';
import { Secrets, UnsealFailed } from './sealing.js';
import type { TOKENS_SETTINGS } from './settings.js';

const QUIET_MS = 60_000;
type Opens = Pick<Runtime<Config<typeof TOKENS_SETTINGS>>, 'config' | 'logger'>;

/**
 * Returns a function that opens sealed access tokens. If a token cannot be opened, it throws {@link UnsealFailed} and
 * logs that, at most once a minute per account; `next` ends the log line with what happens next.
 */
export function tokenOpener({ config, logger }: Opens, next: string) {
  const secrets = new Secrets({ key: config.TOKENS_KEY, previous: config.TOKENS_KEY_PREVIOUS });
  const quietUntil = new Map<string, number>();

  return (sealed: string, accountId: string): string => {
    try {
      const opened = secrets.unseal(sealed, accountId);
      quietUntil.delete(accountId);
      return opened;
    } catch (err) {
      if (!(err instanceof UnsealFailed)) throw err;
      const now = performance.now();
      if ((quietUntil.get(accountId) ?? 0) > now) throw err;
      quietUntil.set(accountId, now + QUIET_MS);
      const [, sealedWith] = sealed.split('.');
      logger.error(
        { err, accountId, sealedWith, opensWith: [secrets.present, ...secrets.previous], alarm: true },
        `sealed token: the access token of an account cannot be opened; ${next}`,
      );
      throw err;
    }
  };
}
