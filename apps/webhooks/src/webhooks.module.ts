import { Module, type FactoryProvider } from '@nestjs/common';
import { WakeUp } from '@wbiz/eventing/postgres/wake-up';
import { DatabaseModule, PG_POOL } from '@wbiz/service-kit/database.module';
import { EventingModule } from '@wbiz/service-kit/eventing.module';
import { Projections } from '@wbiz/service-kit/projections';
import { RUNTIME, type Runtime } from '@wbiz/service-kit/runtime';
import type { Pool } from 'pg';
import { feedProjection } from './feed/feed.projection.js';
import { FeedQueries } from './feed/feed.queries.js';
import { FeedWatch } from './feed/feed.watch.js';
import { MIGRATIONS } from './migrations/migrations.js';

const FEED = 'webhooks.feed';

/** Whichever replica projects, all of them have readers waiting. */
const feedWatch: FactoryProvider<FeedWatch> = {
  provide: FeedWatch,
  useFactory: ({ logger, stopping }: Runtime, pool: Pool, wakeUp: WakeUp, projections: Projections) => {
    const onFault = (err: unknown) => logger.warn({ err }, 'the heads of the feed could not be looked at');
    const watch = new FeedWatch({ pool, stopping, onFault });
    wakeUp.onWake(FEED, () => watch.look());
    projections.add(feedProjection(() => wakeUp.wake(FEED)));
    return watch;
  },
  inject: [RUNTIME, PG_POOL, WakeUp, Projections],
};

@Module({
  imports: [
    DatabaseModule.forService({ migrations: MIGRATIONS }),
    EventingModule.forService({ consumes: [] }),
  ],
  controllers: [FeedQueries],
  providers: [feedWatch],
})
export class WebhooksModule {}
