import { newId } from '@wbiz/contracts/ids';
import { microBatch } from '@wbiz/eventing/micro-batch';
import { Rejection } from '@wbiz/eventing/rejection';
import type { Pool } from 'pg';
import { askPostgres } from './ask-postgres.js';

/** A command may take this long past its deadline (ms): its owner may still handle the batch it is in. */
const GRACE_MS = 500;
export const KEPT_HOURS = 24;

type Asked = {
  readonly accountId: string;
  /** Method and route: `POST /api/v1/messages/text`. */
  readonly route: string;
  readonly key: string;
  readonly fingerprint: Buffer;
};

/**
 * A request that runs under an Idempotency-Key. Its command gets the id `commandId`. `earlier`: the command of a
 * previous run whose outcome is unknown.
 */
export type Claim = Omit<Asked, 'fingerprint'> & { commandId: string; earlier?: string };

/** A final answer, stored byte for byte. */
export type KeptAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
};

type Written = Asked & { readonly commandId: string; readonly deadline: Date };
type Row = {
  readonly accountId: string;
  readonly route: string;
  readonly key: string;
  readonly fingerprint: Buffer;
  readonly commandId: string;
  readonly deadline: Date;
  readonly status: number | null;
  readonly headers: Record<string, string> | null;
  readonly body: string | null;
};

const BY_KEY = '(account_id, route, key)';

/**
 * The records behind Idempotency-Key. A record is written before its command goes out and holds the command's id: any
 * gateway that finds it unfinished, even after a crash, can ask the command's owner for the outcome.
 */
export class Idempotency {
  private readonly write: (asked: Written) => Promise<Row>;
  private readonly writeFinal: (final: Claim & KeptAnswer) => Promise<undefined>;

  constructor(private readonly pool: Pool) {
    this.write = microBatch((asked: readonly Written[]) => this.writeAll(asked), { lanes: 3 });
    this.writeFinal = microBatch((finals: readonly (Claim & KeptAnswer)[]) => this.writeFinals(finals), {
      lanes: 3,
    });
  }

  /**
   * Grants the right to run the request, or returns its stored answer. `deadline` (ms since the epoch) is when the
   * command expires. Throws `idempotency_key_reused`, `idempotency_in_progress` or `unavailable`.
   */
  async claim(asked: Asked, deadline: number): Promise<Claim | KeptAnswer> {
    const { fingerprint, ...scope } = asked;
    const commandId = newId('cmd');
    const found = await this.write({ ...asked, commandId, deadline: new Date(deadline) });
    if (!found.fingerprint.equals(fingerprint))
      throw new Rejection(
        'idempotency_key_reused',
        'This Idempotency-Key was used with another path or body. Use a new key for a new request.',
      );
    if (found.commandId === commandId) return { ...scope, commandId };
    if (found.status !== null)
      return { status: found.status, headers: found.headers ?? {}, body: found.body };
    if (found.deadline.getTime() + GRACE_MS > Date.now()) throw inProgress();
    return { ...scope, commandId, earlier: found.commandId };
  }

  /**
   * Replaces the earlier command, which certainly had no effect, by the claim's command. Throws
   * `idempotency_in_progress` if another request was faster.
   */
  async takeOver(claim: Claim, deadline: number): Promise<void> {
    const rows = await askPostgres(this.pool, {
      name: 'idempotency-take-over',
      text: `update gateway.idempotency set command_id = $5, deadline = $6
             where ${BY_KEY} = ($1, $2, $3) and command_id = $4 and status is null returning key`,
      values: [claim.accountId, claim.route, claim.key, claim.earlier, claim.commandId, new Date(deadline)],
    });
    if (!rows.length) throw inProgress();
    delete claim.earlier;
  }

  /** Stores the answer for every repetition under this key. */
  finish(claim: Claim, answer: KeptAnswer): Promise<undefined> {
    return this.writeFinal({ ...claim, ...answer });
  }

  /** Deletes the record: the next request under this key runs as if it were the first. */
  async release(claim: Claim): Promise<void> {
    await askPostgres(this.pool, {
      name: 'idempotency-release',
      text: `delete from gateway.idempotency where ${BY_KEY} = ($1, $2, $3) and command_id = $4 and status is null`,
      values: [claim.accountId, claim.route, claim.key, claim.earlier ?? claim.commandId],
    });
  }

  private async writeAll(asked: readonly Written[]): Promise<Row[]> {
    const scopes = [
      asked.map(({ accountId }) => accountId),
      asked.map(({ route }) => route),
      asked.map(({ key }) => key),
    ];
    const written = await askPostgres<{ commandId: string }>(this.pool, {
      name: 'idempotency-claim',
      text: `insert into gateway.idempotency (account_id, route, key, fingerprint, command_id, deadline)
             select * from unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $5::text[], $6::timestamptz[])
               as a(account_id, route, key, fingerprint, command_id, deadline)
             order by account_id, route, key
             on conflict do nothing returning command_id as "commandId"`,
      values: [
        ...scopes,
        asked.map(({ fingerprint }) => fingerprint),
        asked.map(({ commandId }) => commandId),
        asked.map(({ deadline }) => deadline),
      ],
    });
    const mine = new Set(written.map(({ commandId }) => commandId));
    if (mine.size === asked.length) return asked.map(asWritten);
    const found = await askPostgres<Row>(this.pool, {
      name: 'idempotency-find',
      text: `select account_id as "accountId", route, key, fingerprint, command_id as "commandId", deadline,
                    status, headers, body
             from gateway.idempotency where ${BY_KEY} in (select * from unnest($1::text[], $2::text[], $3::text[]))`,
      values: scopes,
    });
    const byScope = new Map(found.map((row) => [scopeOf(row), row]));
    return asked.map((one) =>
      mine.has(one.commandId) ? asWritten(one) : (byScope.get(scopeOf(one)) ?? released(one)),
    );
  }

  private async writeFinals(finals: readonly (Claim & KeptAnswer)[]): Promise<undefined[]> {
    await askPostgres(this.pool, {
      name: 'idempotency-finish',
      text: `update gateway.idempotency i set status = f.status, headers = f.headers, body = f.body
             from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::smallint[], $6::json[], $7::text[])
               as f(account_id, route, key, command_id, status, headers, body)
             where (i.account_id, i.route, i.key, i.command_id) = (f.account_id, f.route, f.key, f.command_id)
               and i.status is null`,
      values: [
        finals.map(({ accountId }) => accountId),
        finals.map(({ route }) => route),
        finals.map(({ key }) => key),
        finals.map(({ commandId, earlier }) => earlier ?? commandId),
        finals.map(({ status }) => status),
        finals.map(({ headers }) => JSON.stringify(headers)),
        finals.map(({ body }) => body),
      ],
    });
    return finals.map(() => undefined);
  }
}

const scopeOf = ({ accountId, route, key }: Pick<Asked, 'accountId' | 'route' | 'key'>) =>
  JSON.stringify([accountId, route, key]);
const asWritten = (asked: Written): Row => ({
  ...asked,
  status: null,
  headers: null,
  body: null,
});
/** The conflicting record was released in between: report it as still running, so that the caller repeats. */
const released = (asked: Asked): Row => asWritten({ ...asked, commandId: '', deadline: new Date() });

/** The refusal for a request whose first run has not answered yet. */
export function inProgress(): Rejection {
  return new Rejection(
    'idempotency_in_progress',
    'A request with this Idempotency-Key is still running. Ask again to get its answer.',
    { retryAfter: 1 },
  );
}
