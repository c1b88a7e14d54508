import type { LoggerService } from '@nestjs/common';
import { pino, type DestinationStream, type Level, type Logger } from 'pino';
import { redacted, scrubbed } from './redaction.js';
import { logLineLimit } from './log-line-limit.js';

export type { Logger } from 'pino';

type LoggerOptions = {
  readonly service: string;
  readonly replica: string;
  readonly level: Level;
  readonly secrets?: readonly string[];
  readonly destination?: DestinationStream;
};

const INFO = 30;
const LEVEL = /^\{"level":(\d+)/;

/**
 * A pino logger that writes one JSON object per line to stdout. It leaves out secrets at every level, and phone numbers
 * and message bodies at info and above. `secrets` are texts that must never appear. Of each kind (see {@link
 * logLineLimit}) it writes 20 lines per 10 s, then the number of lines left out.
 */
export function createLogger({ service, replica, level, secrets = [], destination }: LoggerOptions): Logger {
  const unsafe = secrets
    .filter((secret) => secret.length >= 8)
    .map((secret) => JSON.stringify(secret).slice(1, -1));
  const isOneTooMany = logLineLimit();
  return pino(
    {
      level,
      base: { service, replica },
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: (shape: unknown) => shape },
      hooks: {
        logMethod(args, method, number) {
          const shown = { personal: number < INFO };
          const [first, ...rest] = args as unknown as unknown[];
          const tell = (leftOut: object) =>
            method.call(this, leftOut, 'log: lines of one kind left out; the next ones are written again');
          if (number >= INFO && isOneTooMany(args, tell)) return;
          const entry =
            first instanceof Error
              ? [{ err: redacted(first, shown) }, ...(rest.length ? rest : [first.message])]
              : [redacted(first, shown), ...rest.map((one) => redacted(one, shown))];
          method.apply(this, entry as unknown as typeof args);
        },
        streamWrite: (line) => scrubbed(line, unsafe, { personal: Number(LEVEL.exec(line)?.[1]) < INFO }),
      },
    },
    destination ?? pino.destination({ dest: 1, sync: true }),
  );
}

/**
 * Contexts of Nest's own lines. All but warnings are written at debug: Nest also throws its errors, and they are logged
 * where they are caught.
 */
const NEST_CONTEXTS = new Set([
  ...[
    'NestFactory',
    'InstanceLoader',
    'RoutesResolver',
    'RouterExplorer',
    'NestApplication',
    'NestMicroservice',
  ],
  'ExceptionHandler',
]);

/**
 * Nest's logger; writes to the logger that `current` returns. Nest calls it with `(message, ...more, context)`; `more` may
 * hold a stack.
 */
export function nestLogger(current: () => Logger): LoggerService {
  const at =
    (level: Level) =>
    (message: unknown, ...more: unknown[]) => {
      const context = typeof more.at(-1) === 'string' ? (more.pop() as string) : undefined;
      const details = more.filter((one) => one !== undefined);
      const fields = { context, ...(details.length ? { details } : {}) };
      const quiet = level !== 'warn' && context !== undefined && NEST_CONTEXTS.has(context);
      const entry = typeof message === 'string' ? fields : { ...fields, err: message };
      current()[quiet ? 'debug' : level](entry, typeof message === 'string' ? message : undefined);
    };
  return {
    log: at('info'),
    error: at('error'),
    warn: at('warn'),
    debug: at('debug'),
    verbose: at('trace'),
    fatal: at('fatal'),
  };
}
