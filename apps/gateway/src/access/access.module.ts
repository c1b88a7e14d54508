import { Inject, Module } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Config } from '@wbiz/service-kit/config';
import { PG_POOL } from '@wbiz/service-kit/database.module';
import { runWork } from '@wbiz/service-kit/run-work';
import { RUNTIME, type Runtime } from '@wbiz/service-kit/runtime';
import { Secrets } from '@wbiz/service-kit/sealing';
import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';
import { OperatorSessions } from '../admin/operator-sessions.js';
import { operatorSignIn } from '../admin/sign-in.js';
import type { SETTINGS } from '../gateway.settings.js';
import { addRequestChecks } from './request-checks.js';
import { housekeeping } from './housekeeping.js';
import { Idempotency } from './idempotency.js';
import { ApiKeyCache } from './api-key-cache.js';
import { KeyUses } from './key-uses.js';
import { RateLimiter } from './rate-limiter.js';

/** API keys, rate limits and idempotency of every route. */
@Module({
  providers: [
    { provide: ApiKeyCache, useFactory: openApiKeyCache, inject: [RUNTIME, PG_POOL] },
    { provide: RateLimiter, useFactory: openRateLimiter, inject: [RUNTIME, PG_POOL] },
    { provide: Idempotency, useFactory: (pool: Pool) => new Idempotency(pool), inject: [PG_POOL] },
    {
      provide: OperatorSessions,
      useFactory: ({ config }: Runtime<Config<typeof SETTINGS>>, pool: Pool) =>
        new OperatorSessions(pool, config.ADMIN_TOKEN),
      inject: [RUNTIME, PG_POOL],
    },
  ],
  exports: [Idempotency, OperatorSessions],
})
export class AccessModule {
  constructor(
    cache: ApiKeyCache,
    limiter: RateLimiter,
    idempotency: Idempotency,
    sessions: OperatorSessions,
    { httpAdapter }: HttpAdapterHost,
    @Inject(RUNTIME) runtime: Runtime<Config<typeof SETTINGS>>,
    @Inject(PG_POOL) pool: Pool,
  ) {
    const { logger, config, metrics } = runtime;
    const onLimited = (scope: 'key' | 'plan' | 'sign_in') => metrics.rateLimited.inc({ scope });
    const secrets = new Secrets({ key: config.ANSWERS_KEY, previous: config.ANSWERS_KEY_PREVIOUS });
    const onNotKept = (err: unknown, ids: Readonly<Record<string, string>>) =>
      logger.error(
        { err, ...ids },
        'idempotency: the record of a request was not updated; repeats get 409 until the deadline of that request, then run again, and its command takes effect at most once',
      );
    const uses = new KeyUses(pool);
    addRequestChecks(httpAdapter.getInstance<FastifyInstance>(), {
      cache,
      uses,
      limiter,
      idempotency,
      secrets,
      signIn: operatorSignIn(config.ADMIN_TOKEN, sessions, logger, () => onLimited('sign_in')),
      onLimited,
      onNotKept,
    });
    runWork(runtime, 'housekeeping', housekeeping(pool, uses, logger));
  }
}

async function openApiKeyCache({ logger, shutdown }: Runtime, pool: Pool): Promise<ApiKeyCache> {
  const cache = new ApiKeyCache(pool, logger);
  await cache.start();
  shutdown.on('work', 'API key cache', () => cache.stop());
  return cache;
}

function openRateLimiter({ logger, shutdown }: Runtime, pool: Pool): RateLimiter {
  const limiter = new RateLimiter(pool, (err) =>
    logger.warn(
      { err },
      'rate limiter: giving unspent requests back failed; they may count as used until their windows end',
    ),
  );
  shutdown.on('work', 'rate limits', () => limiter.stop());
  return limiter;
}
