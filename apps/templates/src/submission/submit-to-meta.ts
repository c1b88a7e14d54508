import type { CloudApi } from '@wbiz/cloud-api/cloud-api';
import type { MetaTemplate, MetaTemplateContent } from '@wbiz/cloud-api/meta-objects';
import { UpstreamUnreachable } from '@wbiz/cloud-api/graph-error';
import { isPlainObject } from '@wbiz/contracts/schema/json-values';
import { LIMITS } from '@wbiz/contracts/limits';
import { text } from '@wbiz/contracts/meta/item';
import type { TemplateView } from '@wbiz/contracts/template';
import { inMetasCase } from '@wbiz/contracts/template/components';
import { Rejection } from '@wbiz/eventing/rejection';
import { listedTemplate, statusOf } from '../template/meta-template.js';
import type { Outcome } from '../template/template.messages.js';
import type { ListedTemplate, Request, TemplateContent } from '../template/template.state.js';
import type { Uploader, WithHandles } from './upload-samples.js';
import { isNotFound, SUBCODES, subcodeOf } from './meta-refusal.js';

export type SubmitToMetaOptions = {
  readonly cloudApi: Pick<
    CloudApi,
    'createTemplate' | 'editTemplate' | 'deleteTemplate' | 'findTemplate' | 'getTemplate'
  >;
  readonly withHandles: WithHandles;
  /** Proposes a free name for a template whose name Meta blocks for weeks. */
  readonly freeName: (accountId: string, name: string) => Promise<string>;
};

export type Attempt = {
  readonly view: TemplateView;
  readonly account: Uploader & { readonly wabaId: string };
  /** An earlier call may have taken effect at Meta. */
  readonly called: boolean;
  /** Stores whether a call may have taken effect: true before a call to Meta, false if it certainly did not. */
  readonly calling: (called: boolean) => Promise<void>;
};
export type Taken = Extract<Outcome, { kind: 'taken' | 'deleted' }>;

/**
 * Carries out a request at Meta. If an earlier call may have created or edited the template, looks that up at Meta
 * first. Throws Meta's errors, and a Rejection if the template's state at Meta forbids the request.
 */
export const submitToMeta =
  (options: SubmitToMetaOptions) =>
  (request: Request, attempt: Attempt): Promise<Taken> => {
    if (request.kind === 'delete') return deleted(options, attempt);
    return request.kind === 'edit'
      ? edited(options, request.content, attempt)
      : created(options, request.content, attempt);
  };

async function created(
  { cloudApi, withHandles, freeName }: SubmitToMetaOptions,
  content: TemplateContent,
  attempt: Attempt,
): Promise<Taken> {
  const { view, account, called } = attempt;
  const { token, wabaId } = account;
  const find = () => cloudApi.findTemplate(token, wabaId, view);
  const found = called ? await find() : undefined;
  if (found) return takenAs(listed(found));
  const template = {
    name: view.name,
    language: view.language,
    ...forMeta(content),
    category: content.category,
    components: await withHandles(content.components, account),
  };
  try {
    const answer = await sending(attempt, () => cloudApi.createTemplate(token, wabaId, template));
    const { id: metaId, status, category } = answer;
    return takenAs({ metaId, status: statusOf(status), category });
  } catch (error) {
    if (subcodeOf(error) === SUBCODES.beingDeleted)
      throw beingDeleted(view, await freeName(account.accountId, view.name));
    if (subcodeOf(error) !== SUBCODES.alreadyThere) throw error;
    const other = await find();
    if (!other && called) throw new Error('Meta has the template, and does not list it yet.');
    // If we made no earlier call, somebody else created the template: one with the same content counts as ours.
    if (other && (called || isSame(content, other))) return takenAs(listed(other));
    throw new Rejection(
      'conflict',
      `Meta has a template ${view.name} in ${view.language} already, with other content. It is being synced.`,
    );
  }
}

async function edited(
  { cloudApi, withHandles }: SubmitToMetaOptions,
  content: Partial<TemplateContent>,
  attempt: Attempt,
): Promise<Taken> {
  const { view, account, called } = attempt;
  const { token } = account;
  const metaId = view.metaId!;
  const { components = view.components } = content;
  const taken = (judged: Partial<ListedTemplate>): Taken => ({
    kind: 'taken',
    listed: { ...judged, components },
  });
  const found = called ? await cloudApi.getTemplate(token, metaId) : undefined;
  if (found && isSame({ ...view, ...content }, found) && !isAsBefore(view, found))
    return taken(listed(found));
  const changes = { ...forMeta(content), components: await withHandles(components, account) };
  try {
    await sending(attempt, () => cloudApi.editTemplate(token, metaId, changes));
    const { category = view.category } = content;
    return taken({
      ...(category !== view.category && { category }),
      status: 'pending',
      rejectionReason: null,
    });
  } catch (error) {
    const subcode = subcodeOf(error);
    // The earlier call took effect: the edit is in review, or used up today's edit.
    if (called && (subcode === SUBCODES.notNow || subcode === SUBCODES.editedToday))
      return taken(listed(await cloudApi.getTemplate(token, metaId)));
    throw subcode === SUBCODES.unknownObject ? goneAtMeta(view) : error;
  }
}

async function deleted({ cloudApi }: SubmitToMetaOptions, attempt: Attempt): Promise<Taken> {
  const { view, account } = attempt;
  const one = { id: view.metaId!, name: view.name };
  try {
    await sending(attempt, () => cloudApi.deleteTemplate(account.token, account.wabaId, one));
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  return { kind: 'deleted' };
}

/** Calls Meta. After an error, `calling(false)` if neither this call nor an earlier one can have had an effect. */
async function sending<T>({ called, calling }: Attempt, call: () => Promise<T>): Promise<T> {
  await calling(true);
  try {
    return await call();
  } catch (error) {
    if (!called && !(error instanceof UpstreamUnreachable && error.sent)) await calling(false);
    throw error;
  }
}

/** Content in the form of Meta's requests, without Meta's default parameter format, POSITIONAL. */
const forMeta = ({
  category,
  parameterFormat,
  messageSendTtlSeconds,
}: Partial<TemplateContent>): Partial<MetaTemplateContent> => ({
  ...(category !== undefined && { category }),
  ...(parameterFormat === 'NAMED' && { parameter_format: parameterFormat }),
  ...(messageSendTtlSeconds !== undefined && { message_send_ttl_seconds: messageSendTtlSeconds }),
});

/** Converts a template from Meta. Throws `conflict` if Meta has deleted the template or is about to. */
function listed(meta: MetaTemplate): ListedTemplate {
  const template = listedTemplate(meta);
  if (!template) throw goneAtMeta(meta);
  return template;
}

/** Whether Meta's template has all of our content. Ignores fields that Meta adds, and samples (links at Meta). */
const isSame = (
  { category, components, messageSendTtlSeconds }: Omit<TemplateContent, 'parameterFormat'>,
  meta: MetaTemplate,
): boolean =>
  category.toUpperCase() === meta.category.toUpperCase() &&
  (messageSendTtlSeconds ?? meta.message_send_ttl_seconds) === meta.message_send_ttl_seconds &&
  covers(inMetasCase(meta.components), inMetasCase(components));

/** Whether the template at Meta is as before the edit. */
const isAsBefore = (view: TemplateView, meta: MetaTemplate) =>
  isSame(view, meta) && statusOf(meta.status) === view.status;

function covers(has: unknown, asked: unknown): boolean {
  if (Array.isArray(asked))
    return (
      Array.isArray(has) &&
      has.length === asked.length &&
      asked.every((one, index) => covers(has[index], one))
    );
  if (!isPlainObject(asked)) return String(has) === String(asked);
  return (
    isPlainObject(has) &&
    Object.entries(asked).every(([name, value]) => name === 'example' || covers(has[name], value))
  );
}

/** Throws a Rejection, which ends the submission, if Meta's id is empty or too long for our index. */
function takenAs(listed: Partial<ListedTemplate>): Taken {
  const { max } = LIMITS.metaId;
  if (!text(listed.metaId, { max }))
    throw new Rejection(
      'upstream_error',
      `Meta gave the template an id that does not have 1 to ${max} characters.`,
    );
  return { kind: 'taken', listed };
}

const goneAtMeta = ({ name, language }: Pick<MetaTemplate, 'name' | 'language'>) =>
  new Rejection('conflict', `Meta does not have the template ${name} in ${language} any more.`);

const beingDeleted = ({ name, language }: TemplateView, suggestedName: string) =>
  new Rejection(
    'conflict',
    `Meta is still deleting the template ${name} in ${language}, which can take 4 weeks. Another name, such as ${suggestedName}, is free.`,
    { suggestedName },
  );
