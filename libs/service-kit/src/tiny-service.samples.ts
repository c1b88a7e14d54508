import { setTimeout as delay } from 'node:timers/promises';
import { Controller, Get, Inject, Logger, Module } from '@nestjs/common';
import type { Service } from '@wbiz/contracts/topics';
import type { Decider } from '@wbiz/eventing/decider';
import { CommandHandler } from '@wbiz/eventing/kafka/command-handler';
import type { Command, DomainEvent, LogEvent, Message } from '@wbiz/eventing/message';
import type { Aggregate } from '@wbiz/eventing/aggregate';
import { EventStore } from '@wbiz/eventing/postgres/event-store';
import type { Projection } from '@wbiz/eventing/postgres/projection';
import { aggregateTable, eventingTables, recoveryTables, sourceEpochs } from '@wbiz/eventing/postgres/schema';
import { Rejection } from '@wbiz/eventing/rejection';
import { QueryHandler } from '@wbiz/eventing/rpc/query-handler';
import type { Pool } from 'pg';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { DatabaseModule, PG_POOL } from './database.module.js';
import { EventingModule } from './eventing.module.js';
import { Projections } from './projections.js';
import type { ServiceOptions } from './run-service.js';

type Deposit = Message<'purse.deposit', { purse: string; amount: number; holdMs?: number }>;
type Deposited = DomainEvent<'purse.deposited', { amount: number }>;

const decider: Decider<Deposit, { balance: number }, Deposited> = {
  initial: { balance: 0 },
  decide: {
    'purse.deposit': ({ data: { amount } }) => {
      if (amount <= 0) throw new Rejection('invalid_request', 'The amount must be above 0.');
      return [{ type: 'purse.deposited', data: { amount } }];
    },
  },
  evolve: { 'purse.deposited': ({ balance }, { data }) => ({ balance: balance + data.amount }) },
};
type Replies = { readonly 'purse.deposit': { readonly balance: number } };
const purse: Aggregate<Deposit, { balance: number }, Deposited, Replies> = {
  name: 'purse',
  table: 'purses',
  decider,
  stream: ({ data }) => data.purse,
  published: ['purse.deposited'],
  reply: { 'purse.deposit': ({ balance }) => ({ balance }) },
};

/** Projects the sum of deposits per account from the shared log. */
const income: Projection = {
  name: 'income',
  on: {
    'purse.deposited': async ({ accountId, data }: LogEvent<string, { amount: number }>, db) => {
      await db.query(
        `insert into contacts.income values ($1, $2) on conflict (account_id) do update set total = income.total + $2`,
        [accountId, data.amount],
      );
    },
  },
};

export const purseRequests = { slow: 0 };

@Controller()
class PurseController {
  private readonly logger = new Logger('Purse');

  constructor(
    private readonly store: EventStore,
    private readonly projections: Projections,
    @Inject(PG_POOL) private readonly pool: Pool,
  ) {}

  @CommandHandler('purse.deposit')
  async deposit(command: Command & Deposit) {
    if (command.data.holdMs) {
      this.logger.log('purse: deposit received; handling it after holdMs');
      await delay(command.data.holdMs);
    }
    return this.store.execute(purse, command);
  }

  @Get('slow')
  async slow() {
    purseRequests.slow += 1;
    await delay(500);
    return 'done';
  }

  @QueryHandler('purse.income')
  async income({ accountId }: { accountId: string }) {
    await this.projections.caughtUp('income', 'contacts', accountId);
    const { rows } = await this.pool.query<{ total: number }>(
      'select total from income where account_id = $1',
      [accountId],
    );
    return rows[0]?.total ?? 0;
  }
}

class Tables1790000000000 implements MigrationInterface {
  async up(runner: QueryRunner) {
    await runner.query(eventingTables('contacts') + recoveryTables('contacts') + sourceEpochs('contacts'));
    await runner.query(aggregateTable('contacts', 'purses'));
    await runner.query('create table contacts.income (account_id text primary key, total int not null)');
  }
  async down() {}
}

@Module({
  imports: [
    DatabaseModule.forService({ migrations: [Tables1790000000000] }),
    EventingModule.forService({ projections: [income], requires: ['purse.deposit'] }),
  ],
  controllers: [PurseController],
})
class TinyModule {}

export const TINY: ServiceOptions = { name: 'contacts' satisfies Service, module: TinyModule };

/** Leaves an error unhandled: in a promise, or in a timer. */
@Controller()
class NeighbourController {
  @QueryHandler('neighbour.reject')
  async reject() {
    void Promise.reject(new Error('forgotten'));
  }

  @QueryHandler('neighbour.throw')
  async throw() {
    setTimeout(() => {
      throw new Error('forgotten');
    });
  }
}

class NeighbourTables1790000000000 implements MigrationInterface {
  async up(runner: QueryRunner) {
    await runner.query(eventingTables('webhooks') + recoveryTables('webhooks') + sourceEpochs('webhooks'));
  }
  async down() {}
}

@Module({
  imports: [
    DatabaseModule.forService({ migrations: [NeighbourTables1790000000000] }),
    EventingModule.forService({ consumes: [] }),
  ],
  controllers: [NeighbourController],
})
class NeighbourModule {}

/**
 * Shares a process with TINY.
 *
 * @public for processes that a test starts
 */
export const NEIGHBOUR: ServiceOptions = { name: 'webhooks' satisfies Service, module: NeighbourModule };
