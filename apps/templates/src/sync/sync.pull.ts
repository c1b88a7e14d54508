import type { CloudApi } from '@wbiz/cloud-api/cloud-api';
import type { AccountCredentials } from '@wbiz/contracts/account';
import { newId } from '@wbiz/contracts/ids';
import { LIMITS } from '@wbiz/contracts/limits';
import { text } from '@wbiz/contracts/meta/item';
import type { TemplateSyncResult } from '@wbiz/contracts/template';
import type { Logger } from '@wbiz/eventing/logger';
import type { Applied } from '@wbiz/eventing/aggregate';
import type { EventStore } from '@wbiz/eventing/postgres/event-store';
import { inTransaction } from '@wbiz/eventing/postgres/transaction';
import { Rejection } from '@wbiz/eventing/rejection';
import type { Pool, PoolClient } from 'pg';
import { isKnownStatus, isNameable, listedTemplate } from '../template/meta-template.js';
import { templates } from '../template/template.aggregate.js';
import type { ListedTemplate } from '../template/template.state.js';
import { planSync, type KnownTemplate, type SyncPlan } from './sync.plan.js';

/** Templates written per call of the event store. */
const ROUND = 200;

export type PullOptions = {
  readonly pool: Pool;
  readonly store: EventStore;
  readonly credentialsOf: (accountId: string) => Promise<AccountCredentials | null>;
  readonly unseal: (sealedToken: string, accountId: string) => string;
  readonly cloudApi: Pick<CloudApi, 'listTemplates'>;
  readonly logger: Logger;
};

/** Runs at the end of the transaction that writes the pulled rows; an error rolls them back. */
type AndThen = (tx: PoolClient, result: TemplateSyncResult, pulledAt: Date) => Promise<void>;

/**
 * Makes an account's templates equal to Meta's list in one transaction. Throws errors of Meta and the gateway, and
 * `upstream_error` for an account without a token.
 */
export async function pullTemplates(
  options: PullOptions,
  accountId: string,
  stopping: AbortSignal,
  andThen: AndThen,
): Promise<TemplateSyncResult> {
  const { pool, store } = options;
  const list = await listFor(options, accountId, stopping);
  const pulledAt = new Date();
  const listed = await list();
  const known = await knownTemplates(pool, accountId);
  const plan = planSync(known, listed);
  // Meta's pages shift while they are read and can hide a template: only a template missing from two lists is gone.
  const missingTwice = plan.removals.length > 0 ? planSync(known, await list()).removals : [];
  const removals = plan.removals.filter((templateId) => missingTwice.includes(templateId));

  const result = await inTransaction(pool, async (tx) => {
    const made = await carryOut(store, tx, accountId, { ...plan, removals }, pulledAt);
    await andThen(tx, made, pulledAt);
    return made;
  });
  store.committed();
  return result;
}

async function listFor(
  { credentialsOf, unseal, cloudApi, logger }: PullOptions,
  accountId: string,
  stopping: AbortSignal,
): Promise<() => Promise<ListedTemplate[]>> {
  const credentials = await credentialsOf(accountId);
  if (!credentials) throw new Rejection('upstream_error', 'The account has no access token at Meta.');
  const { wabaId, sealedToken } = credentials;
  const token = unseal(sealedToken, accountId);
  return async () => {
    const listed: ListedTemplate[] = [];
    for await (const meta of cloudApi.listTemplates(token, wabaId)) {
      stopping.throwIfAborted();
      if (!isNameable(meta)) {
        logger.warn(
          {
            accountId,
            metaId: text(meta.id, LIMITS.metaId),
            templateName: text(meta.name, LIMITS.templateName),
          },
          'template pull: id, name or language missing, malformed or too long; the template is left out',
        );
        continue;
      }
      if (!isKnownStatus(meta.status))
        logger.warn(
          { accountId, metaId: meta.id, status: meta.status },
          'template pull: unknown status at Meta; the template counts as pending',
        );
      const template = listedTemplate(meta);
      if (template) listed.push(template);
    }
    return listed;
  };
}

async function knownTemplates(pool: Pool, accountId: string): Promise<KnownTemplate[]> {
  const { rows } = await pool.query<KnownTemplate>(
    `select stream as "templateId", state->'view'->>'metaId' as "metaId", state->'view'->>'name' as name,
            state->'view'->>'language' as language, state->'removed' = 'true' as removed
     from templates.templates where account_id = $1`,
    [accountId],
  );
  return rows;
}

async function carryOut(
  store: EventStore,
  tx: PoolClient,
  accountId: string,
  { imports, removals }: SyncPlan,
  pulledAt: Date,
): Promise<TemplateSyncResult> {
  const now = Date.now();
  const known = (templateId: string) => ({
    templateId,
    asOf: pulledAt.getTime(),
    at: new Date(now).toISOString(),
  });
  // Removals first: a new template may have the name of a removed one.
  const removed = await store.applyIn(
    tx,
    templates,
    removals.map((templateId) => ({
      accountId,
      type: 'template.remove' as const,
      data: known(templateId),
    })),
  );
  const result = {
    total: imports.length,
    created: 0,
    updated: 0,
    removed: removed.filter(hasChanged).length,
  };
  for (let from = 0; from < imports.length; from += ROUND) {
    const round = imports.slice(from, from + ROUND);
    const applied = await store.applyIn(
      tx,
      templates,
      round.map(({ templateId = newId('tpl', now), template }) => ({
        accountId,
        type: 'template.import' as const,
        data: { ...known(templateId), template },
      })),
    );
    applied.forEach((one, index) => {
      if (hasChanged(one)) result[round[index]!.templateId ? 'updated' : 'created'] += 1;
    });
  }
  return result;
}

const hasChanged = (applied: Applied) => applied.ok && applied.events.length > 0;
