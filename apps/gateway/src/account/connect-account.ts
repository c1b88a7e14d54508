import type { ConnectAccount } from '@wbiz/contracts/account';
import { newId } from '@wbiz/contracts/ids';
import { LIMITS } from '@wbiz/contracts/limits';
import { text } from '@wbiz/contracts/meta/item';
import type { FieldFault } from '@wbiz/contracts/problem';
import type { CloudApi } from '@wbiz/cloud-api/cloud-api';
import type { MetaPhoneNumber, MetaTokenInfo, MetaWaba } from '@wbiz/cloud-api/meta-objects';
import { CloudApiError, UpstreamUnreachable, type GraphError } from '@wbiz/cloud-api/graph-error';
import { ruleFor } from '@wbiz/cloud-api/graph-error-fates';
import type { EventStore } from '@wbiz/eventing/postgres/event-store';
import { inTransaction } from '@wbiz/eventing/postgres/transaction';
import { Rejection } from '@wbiz/eventing/rejection';
import type { Secrets } from '@wbiz/service-kit/sealing';
import type { Pool } from 'pg';
import { accounts } from './account.decider.js';
import { connectLock } from './account.queries.js';
import { reportedNumber } from './reported-number.js';
import { isSimulatorSecretForMeta } from './simulator-secrets.js';

export type ConnectParts = {
  readonly cloudApi: Pick<
    CloudApi,
    'debugToken' | 'getWaba' | 'listPhoneNumbers' | 'listSubscribedApps' | 'subscribeApp'
  >;
  readonly cloudApiUrl: string;
  readonly pool: Pool;
  readonly store: EventStore;
  readonly secrets: Secrets;
};

/** Permissions the token needs (Meta's permissions reference). */
const PERMISSIONS = ['whatsapp_business_management', 'whatsapp_business_messaging'] as const;
const MOST_NUMBERS = 100;

/**
 * Connects a WhatsApp Business Account, or reconnects it with another token: checks the token and the numbers with
 * Meta, subscribes the app to the account's webhooks, and stores the token sealed. Resolves to the account's id, always
 * the same for one WABA, and whether it is new. Throws `invalid_access_token`, `invalid_request`, `upstream_error`,
 * `unavailable`.
 */
export async function connectAccount(parts: ConnectParts, body: ConnectAccount): Promise<Connected> {
  const { accessToken, wabaId, defaultPhoneNumberId, name, plan } = body;
  if (isSimulatorSecretForMeta(accessToken, parts.cloudApiUrl))
    throw badToken('Tokens of the simulator are taken only while CLOUD_API_URL is the simulator.');

  const { token, waba, numbers } = await askMeta(parts.cloudApi, accessToken, wabaId);
  if (numbers.length === 0 || numbers.length > MOST_NUMBERS)
    throw invalid(
      '/wabaId',
      'phone_numbers',
      `The WhatsApp Business Account ${wabaId} has ${numbers.length} phone numbers; it must have 1 to ${MOST_NUMBERS}.`,
    );
  if (!numbers.every(({ id }) => text(id, LIMITS.metaId)))
    throw new Rejection(
      'upstream_error',
      `Meta lists a phone number of ${wabaId} whose id does not have 1 to ${LIMITS.metaId.max} characters.`,
    );
  if (defaultPhoneNumberId !== undefined && !numbers.some(({ id }) => id === defaultPhoneNumberId))
    throw invalid(
      '/defaultPhoneNumberId',
      'not_found',
      `The WhatsApp Business Account ${wabaId} has no phone number ${defaultPhoneNumberId}; it has ${numbers.map(({ id }) => id).join(', ')}.`,
    );
  const connected = await inTransaction(parts.pool, async (tx) => {
    // The lock serialises two first connects of one WABA: the second finds the account of the first. It also makes
    // AccountQueries.find answer `unavailable` for messages that Meta sends between subscribing and the commit.
    await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [connectLock(wabaId)]);
    await callMeta(wabaId, () => parts.cloudApi.subscribeApp(accessToken, wabaId));
    const { rows } = await tx.query<{ stream: string }>(
      `select stream from gateway.accounts where state->>'wabaId' = $1`,
      [wabaId],
    );
    const id = rows[0]?.stream ?? newId('acc');
    const data = {
      accountId: id,
      wabaId,
      wabaName: waba.name ?? `WABA ${wabaId}`,
      sealedToken: parts.secrets.seal(accessToken, id),
      appId: token.app_id ?? '',
      numbers: numbers.map(reportedNumber),
      at: new Date().toISOString(),
      ...(name !== undefined && { name }),
      ...(plan !== undefined && { plan }),
      ...(defaultPhoneNumberId !== undefined && { defaultPhoneNumberId }),
    };
    await parts.store.applyIn(tx, accounts, [
      { type: 'account.connect', accountId: id, actor: 'operator', data },
    ]);
    return { accountId: id, created: rows.length === 0 };
  });
  parts.store.committed();
  return connected;
}

type Connected = { readonly accountId: string; readonly created: boolean };
type Found = { token: MetaTokenInfo; waba: MetaWaba; numbers: readonly MetaPhoneNumber[] };

/**
 * Meta's view of the token, the account and its numbers. Throws `invalid_access_token`, `invalid_request`,
 * `upstream_error`, `unavailable`.
 */
export async function askMeta(
  cloudApi: Pick<CloudApi, 'debugToken' | 'getWaba' | 'listPhoneNumbers'>,
  accessToken: string,
  wabaId: string,
): Promise<Found> {
  const token = await callMeta(wabaId, () => cloudApi.debugToken(accessToken));
  if (!token.is_valid)
    throw badToken(`Meta does not accept the access token: ${token.error?.message ?? 'it is not valid'}.`);
  const missing = PERMISSIONS.filter((permission) => !token.scopes?.includes(permission));
  if (missing.length > 0) throw badToken(`The access token lacks the permission ${missing.join(' and ')}.`);
  const elsewhere = PERMISSIONS.filter((permission) => {
    const targets = token.granular_scopes?.find(({ scope }) => scope === permission)?.target_ids;
    return targets !== undefined && !targets.includes(wabaId);
  });
  if (elsewhere.length > 0)
    throw badToken(
      `The access token has ${elsewhere.join(' and ')} for other accounts, but not for ${wabaId}.`,
    );
  const [waba, numbers] = await Promise.all([
    callMeta(wabaId, () => cloudApi.getWaba(accessToken, wabaId)),
    callMeta(wabaId, () => cloudApi.listPhoneNumbers(accessToken, wabaId)),
  ]);
  return { token, waba, numbers };
}

/** Calls Meta and turns its errors into our rejections. */
export async function callMeta<T>(wabaId: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof UpstreamUnreachable)
      throw withCause(
        error,
        new Rejection('unavailable', 'Meta cannot be reached at present. Try again.', { retryAfter: 5 }),
      );
    if (error instanceof CloudApiError) throw withCause(error, refusal(error.error, wabaId));
    throw error;
  }
}

/** The rejection for an error of Meta's: Meta's own fault, the token's, or the WABA's. */
function refusal(error: GraphError, wabaId: string): Rejection {
  const { scope, retryable, meaning } = ruleFor(error);
  const said = `Meta says: ${error.message} (code ${error.code}).`;
  if (scope === 'pace-account')
    return new Rejection('unavailable', `Meta takes no more calls for now. ${said}`, { retryAfter: 60 });
  if (retryable || error.httpStatus >= 500)
    return new Rejection('upstream_error', `Meta failed to answer. ${said}`);
  if (scope === 'token') return badToken(`Meta does not accept the access token. ${said}`);
  if (scope === 'account') return badToken(`The access token is not good for ${wabaId}: ${meaning}. ${said}`);
  if (error.code === 100 || error.code === 803)
    return invalid(
      '/wabaId',
      'not_found',
      `Meta knows no WhatsApp Business Account ${wabaId} that this token may use. ${said}`,
    );
  return new Rejection('upstream_error', `Meta refused a call that should have passed. ${said}`);
}

const badToken = (detail: string) => refused('invalid_access_token', '/accessToken', 'access_token', detail);
const invalid = (pointer: string, code: string, detail: string) =>
  refused('invalid_request', pointer, code, detail);

function refused(problem: string, pointer: string, code: string, detail: string): Rejection {
  const faults: FieldFault[] = [{ pointer, code, detail }];
  return new Rejection(problem, detail, faults);
}

function withCause(cause: Error, rejection: Rejection): Rejection {
  rejection.cause = cause;
  return rejection;
}
