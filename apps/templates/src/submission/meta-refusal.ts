import { CloudApiError, type GraphError } from '@wbiz/cloud-api/graph-error';
import { fateOf, ruleFor } from '@wbiz/cloud-api/graph-error-fates';
import { cut } from '@wbiz/contracts/meta/item';
import { Rejection } from '@wbiz/eventing/rejection';

/** Subcodes of Meta's refusals to create, edit and delete templates (templates/template-management). */
export const SUBCODES = {
  beingDeleted: 2388023,
  alreadyThere: 2388024,
  notNow: 2388039,
  editedToday: 2388124,
  notFound: 2593002,
  unknownObject: 33,
} as const;

/** Refusals caused by the template's state at Meta. */
const CONFLICTS: ReadonlySet<number | undefined> = new Set([SUBCODES.notNow, SUBCODES.editedToday]);

export const subcodeOf = (error: unknown): number | undefined =>
  error instanceof CloudApiError ? error.error.subcode : undefined;

/** Whether Meta's error says that the template does not exist. */
export const isNotFound = (error: unknown): boolean =>
  error instanceof CloudApiError &&
  (error.error.subcode === SUBCODES.notFound || error.error.httpStatus === 404);

/** The refusal for the client if the request to Meta is not retried; undefined if a retry may succeed. */
export function finalRefusal(error: unknown): Rejection | undefined {
  if (error instanceof Rejection) return error;
  if (!(error instanceof CloudApiError)) return undefined;
  const graphError = error.error;
  const { retryable, scope } = ruleFor(graphError);
  if (scope === 'pace-account')
    return refusedAs('unavailable', graphError, { retryAfter: 60 }, 'Meta takes no more for now. ');
  if (retryable) return undefined;
  if (CONFLICTS.has(graphError.subcode)) return refusedAs('conflict', graphError);
  // The token cannot see the object: a fault of the account, not of the template.
  const isHidden = graphError.subcode === SUBCODES.unknownObject;
  return refusedAs(isHidden ? 'upstream_error' : fateOf(graphError).answer, graphError);
}

/** The refusal that the client gets after the last attempt, if certainly none had an effect at Meta. */
export const refusalAfterRetries = (error: unknown): Rejection =>
  error instanceof CloudApiError
    ? refusedAs('upstream_error', error.error)
    : new Rejection(
        'unavailable',
        'Nothing can be submitted to Meta at present. Nothing was done; try again.',
        {
          retryAfter: 5,
        },
      );

/** A Rejection with Meta's own text, in the language Meta chose for the account, and with Meta's codes. */
function refusedAs(
  code: string,
  { code: metaCode, subcode, message, details, userTitle, userMessage }: GraphError,
  more: object = {},
  before = '',
): Rejection {
  const said = [userTitle, userMessage ?? details ?? message].filter(Boolean).join(': ');
  return new Rejection(code, cut(`${before}${said || 'Meta gave no reason.'}`, { max: 1_000 }), {
    metaCode,
    ...(subcode !== undefined && { metaSubcode: subcode }),
    ...more,
  });
}
