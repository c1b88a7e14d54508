import type { CloudApi } from '@wbiz/cloud-api/cloud-api';
import type { AccountCredentials } from '@wbiz/contracts/account';
import { newId } from '@wbiz/contracts/ids';
import { LIMITS } from '@wbiz/contracts/limits';
import { text } from '@wbiz/contracts/meta/item';
import type { Logger } from '@wbiz/eventing/logger';
import { inTransaction } from '@wbiz/eventing/postgres/transaction';
import { Rejection } from '@wbiz/eventing/rejection';
import type { Pool, PoolClient } from 'pg';
import { isKnownStatus, listedFlow, type ListedFlow } from './meta-flow.js';

export type FlowPullOptions = {
  readonly pool: Pool;
  readonly credentialsOf: (accountId: string) => Promise<AccountCredentials | null>;
  readonly unseal: (sealedToken: string, accountId: string) => string;
  readonly cloudApi: Pick<CloudApi, 'listFlows'>;
  readonly logger: Logger;
};

/**
 * Replaces an account's flows by Meta's list in one transaction, which ends with `andThen`. Resolves to the number of
 * flows. Throws errors of Meta and the gateway, and `upstream_error` for an account without a token.
 */
export async function pullFlows(
  options: FlowPullOptions,
  accountId: string,
  stopping: AbortSignal,
  andThen: (tx: PoolClient, pulledAt: Date) => Promise<void>,
): Promise<number> {
  const { pool, credentialsOf, unseal } = options;
  const credentials = await credentialsOf(accountId);
  if (!credentials) throw new Rejection('upstream_error', 'The account has no access token at Meta.');
  const token = unseal(credentials.sealedToken, accountId);
  const pulledAt = new Date();
  const list = () => listFlows(options, { accountId, wabaId: credentials.wabaId, token, stopping });
  const listed = await list();
  // Meta's pages shift while they are read and can hide a flow: only a flow missing from two lists is gone.
  const there = (await isAnyMissing(pool, accountId, listed))
    ? new Map([...listed, ...(await list())])
    : listed;
  await inTransaction(pool, async (tx) => {
    await replace(tx, accountId, [...there.values()]);
    await andThen(tx, pulledAt);
  });
  return there.size;
}

type FlowList = {
  readonly accountId: string;
  readonly wabaId: string;
  readonly token: string;
  readonly stopping: AbortSignal;
};

/** Meta's list of flows, keyed by Meta's id: Meta's pages shift while they are read, so a flow may come twice. */
async function listFlows(
  { cloudApi, logger }: FlowPullOptions,
  { accountId, wabaId, token, stopping }: FlowList,
): Promise<ReadonlyMap<string, ListedFlow>> {
  const listed = new Map<string, ListedFlow>();
  for await (const meta of cloudApi.listFlows(token, wabaId)) {
    stopping.throwIfAborted();
    const flow = listedFlow(meta);
    if (!flow) {
      logger.warn(
        { accountId, metaId: text(meta.id, LIMITS.metaId), flowName: text(meta.name, LIMITS.flowName) },
        'flow pull: flow id missing, malformed or too long; the flow is left out',
      );
      continue;
    }
    if (!isKnownStatus(meta.status))
      logger.warn(
        { accountId, metaId: flow.metaId, status: meta.status },
        'flow pull: unknown status at Meta; the flow counts as blocked',
      );
    listed.set(flow.metaId, flow);
  }
  return listed;
}

async function isAnyMissing(
  pool: Pool,
  accountId: string,
  listed: ReadonlyMap<string, ListedFlow>,
): Promise<boolean> {
  const { rows } = await pool.query(
    'select from templates.flows where account_id = $1 and listed and meta_id <> all($2) limit 1',
    [accountId, [...listed.keys()]],
  );
  return rows.length > 0;
}

async function replace(tx: PoolClient, accountId: string, listed: readonly ListedFlow[]): Promise<void> {
  await tx.query(
    'update templates.flows set listed = false where account_id = $1 and listed and meta_id <> all($2)',
    [accountId, listed.map(({ metaId }) => metaId)],
  );
  await tx.query(
    `insert into templates.flows as f (id, account_id, meta_id, name, status, categories, updated_at)
     select n.id, $1, n."metaId", n.name, n.status, n.categories, clock_timestamp()
     from jsonb_to_recordset($2) as n(id text, "metaId" text, name text, status text, categories text[])
     on conflict (account_id, meta_id) do update
     set name = excluded.name, status = excluded.status, categories = excluded.categories, listed = true,
         updated_at = excluded.updated_at
     where (f.name, f.status, f.categories, f.listed)
       is distinct from (excluded.name, excluded.status, excluded.categories, true)`,
    [accountId, JSON.stringify(listed.map((flow) => ({ id: newId('flw'), ...flow })))],
  );
}
