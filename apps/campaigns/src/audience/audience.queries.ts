import { Controller, Inject } from '@nestjs/common';
import type { CampaignPlan } from '@wbiz/contracts/campaign-plan';
import type { ContactView } from '@wbiz/contracts/contact';
import type { Answer, Ask } from '@wbiz/contracts/query-catalogue';
import type { Service } from '@wbiz/contracts/topics';
import { Rejection } from '@wbiz/eventing/rejection';
import { PG_POOL } from '@wbiz/service-kit/database.module';
import { QueryHandler } from '@wbiz/service-kit/handlers';
import { Peers } from '@wbiz/service-kit/peers';
import { Projections } from '@wbiz/service-kit/projections';
import type { Pool } from 'pg';
import { PROJECTION } from '../copy/copies.js';
import { peopleOf, planOf } from './plan.js';
import { recipientsOf } from './recipients.sql.js';

type Asked = Ask<'campaign.preview'>;
type Counts = Record<'total' | 'opted_in' | 'opted_out' | 'no_number' | 'variable_missing', number>;
type PhoneNumber = { readonly throughput: number; readonly messaging_limit: string | null };
const SAMPLE = 10;

/** Answers `campaign.preview`: the audience's counts, a sample of its contacts and, if asked for, the plan. */
@Controller()
export class AudienceQueries {
  constructor(
    @Inject(PG_POOL) private readonly pool: Pool,
    private readonly peers: Peers,
    private readonly projections: Projections,
  ) {}

  /**
   * First waits until the local copies hold all that was committed before the query. Throws `phone_number_not_found` if
   * a plan is asked for and the account lacks the phone number to send from.
   */
  @QueryHandler('campaign.preview')
  async preview(ask: Asked): Promise<Answer<'campaign.preview'>> {
    const isPlanned = Boolean(ask.template ?? ask.phoneNumberId ?? ask.from);
    await this.caughtUp(ask.accountId, [
      'contacts',
      ...(isPlanned ? (['templates', 'gateway'] as const) : []),
    ]);
    const [counts, sample] = await Promise.all([this.counts(ask), this.sample(ask)]);
    const { total, opted_in: optedIn } = counts;
    return { total, optedIn, sample, ...(isPlanned ? { plan: await this.plan(ask, counts) } : {}) };
  }

  private caughtUp(accountId: string, owners: readonly Service[]) {
    return Promise.all(owners.map((owner) => this.projections.caughtUp(PROJECTION, owner, accountId)));
  }

  private async counts(ask: Asked): Promise<Counts> {
    const { query, values } = recipientsOf(ask);
    const { rows } = await this.pool.query<Counts>(
      `select count(*)::int as total, count(*) filter (where opted_in)::int as opted_in,
         count(*) filter (where reason = 'opted_out')::int as opted_out,
         count(*) filter (where reason = 'no_number')::int as no_number,
         count(*) filter (where reason = 'variable_missing')::int as variable_missing
       from (${query}) r`,
      values,
    );
    return rows[0]!;
  }

  /** The newest contacts of the audience, at most SAMPLE, read from the contacts service. */
  private async sample({ accountId, audience }: Asked): Promise<ContactView[]> {
    const { query, values, value } = recipientsOf({ accountId, audience });
    const { rows } = await this.pool.query<{ id: string }>(
      `select contact_id as id from (${query}) r order by created_at desc, contact_id desc limit ${value(SAMPLE)}`,
      values,
    );
    const views = await Promise.all(rows.map(({ id }) => this.peers.ask('contact.get', { accountId, id })));
    return views.filter((view) => view !== null);
  }

  private async plan(ask: Asked, { total, opted_in: _, ...leftOut }: Counts): Promise<CampaignPlan> {
    const { throughput, messaging_limit: tier } = await this.phoneNumber(ask);
    const approved = await this.isApproved(ask);
    const sendable = total - leftOut.opted_out - leftOut.no_number - leftOut.variable_missing;
    const limit = peopleOf(tier);
    const room = limit === null ? null : limit - (await this.reached(ask.accountId));
    const { ratePerSecond } = ask;
    return planOf({ leftOut, sendable, approved, room, throughput, ratePerSecond, now: Date.now() });
  }

  private async reached(accountId: string): Promise<number> {
    return (await this.peers.ask('message.reached', { accountId })).people;
  }

  /** The phone number named in the query, or the account's default one. */
  private async phoneNumber({ accountId, from, phoneNumberId = from }: Asked): Promise<PhoneNumber> {
    const { rows } = await this.pool.query<PhoneNumber>({
      name: 'preview-number',
      text: `select throughput, messaging_limit from campaigns.phone_numbers
             where account_id = $1 and case when $2::text is null then is_default else id = $2 end`,
      values: [accountId, phoneNumberId],
    });
    if (!rows[0])
      throw new Rejection(
        'phone_number_not_found',
        phoneNumberId === undefined
          ? 'The account has no phone number to send from.'
          : `The account has no phone number ${phoneNumberId}.`,
      );
    return rows[0];
  }

  private async isApproved({ accountId, template }: Asked): Promise<boolean> {
    if (!template) return true;
    const { rowCount } = await this.pool.query({
      name: 'preview-template',
      text: `select from campaigns.templates
             where account_id = $1 and name = $2 and language = $3 and data->>'status' = 'approved'`,
      values: [accountId, template.name, template.language],
    });
    return rowCount === 1;
  }
}
