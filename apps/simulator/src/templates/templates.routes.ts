import { MOST_EDITS, type ManagementLimits } from '../account/management-limits.js';
import { badParameter, missingParameter, templateFault } from '../graph/graph-error.js';
import type { Graph, GraphCall, GraphHandler } from '../graph/graph-middleware.js';
import type { Template } from '../graph/nodes.js';
import { pageOf } from '../graph/paging.js';
import { textList } from '../graph/parameter.rules.js';
import type { State } from '../graph/state.js';
import { unixSeconds } from '../graph/times.js';
import { fromLibrary } from './template-library.js';
import { checkIsFree, checkSiblings, MOST_TEMPLATES } from './template-name.rules.js';
import type { TemplateReview } from './template.review.js';
import {
  checkCategory,
  checkParameterFormat,
  checkTemplate,
  checkTtl,
  readComponents,
} from './template.rules.js';
import { isAskedFor, isOld, templateNode } from './template.view.js';

/** Meta's default of 10 minutes (templates/time-to-live). */
const AUTHENTICATION_TTL_S = 600;

/** Parameters of a creation that are stored as given and shown only if `fields` names them. */
const KEPT = [
  'sub_category',
  'message_send_ttl_seconds',
  'cta_url_link_tracking_opted_out',
  'is_primary_device_delivery_only',
  'display_format',
  'library_template_name',
];

const kept = (params: GraphCall['params']) =>
  Object.fromEntries(KEPT.filter((key) => params[key] !== undefined).map((key) => [key, params[key]]));

const notFound = (name: string) =>
  templateFault(
    2593002,
    'Message Template Not Found',
    `The message template ${name} wasn't found for this account.`,
  );

const unchangeable = (text: string) =>
  templateFault(2388039, "Message template status can't be changed", text);

/** Routes of a WABA's `message_templates` (list, create, delete) and of a template's node (edit, unpause). */
export function templateRoutes({
  graph,
  state,
  managementLimits,
  review,
}: {
  graph: Graph;
  state: State;
  managementLimits: ManagementLimits;
  review: TemplateReview;
}): Record<string, GraphHandler> {
  const waba = (call: GraphCall) => graph.managedNode(call, call.path['id']!, 'waba');
  const flowsOf = (wabaId: string) => (by: { id?: string; name?: string }) => state.flow(wabaId, by);

  const list = (call: GraphCall) => {
    const { id } = waba(call);
    const { params } = call;
    const all = state.of('template', id);
    const matching = all.filter((template) => isAskedFor(template, params));
    const page = pageOf(matching, call);
    const summary =
      params['summary'] === undefined ? {} : { summary: summaryOf(matching.length, all.length) };
    return {
      ...page,
      data: page.data.map((template) => templateNode(template, params['fields'], call.version)),
      ...summary,
    };
  };

  const create = (call: GraphCall) => {
    const { id: wabaId } = waba(call);
    const isOfLibrary = call.params['library_template_name'] !== undefined;
    const params = isOfLibrary ? fromLibrary(call.params) : call.params;
    const asked = { wabaId, ...checkTemplate(params, flowsOf(wabaId)) };
    managementLimits.checkCreation(wabaId);
    checkIsFree(state, asked);
    const ttl = asked.category === 'AUTHENTICATION' ? { message_send_ttl_seconds: AUTHENTICATION_TTL_S } : {};
    const more = { ...ttl, ...kept(params) };
    const template = state.addTemplate({ ...asked, status: 'PENDING', rejectedReason: 'NONE', more });
    // Meta approves templates from its library without a review.
    if (isOfLibrary) review.decide(template, 'APPROVED');
    else review.submit(template);
    return { id: template.id, status: template.status, category: template.category };
  };

  const edit = (call: GraphCall) => {
    const template = graph.managedNode(call, call.path['id']!, 'template');
    const { components, category, parameter_format: format, message_send_ttl_seconds: ttl } = call.params;
    if (['PENDING', 'DISABLED', 'ARCHIVED'].includes(template.status))
      throw unchangeable(
        "The status for this message template can't be changed. You can only delete or add templates.",
      );
    const isApproved = template.status === 'APPROVED';
    if (isApproved) managementLimits.checkEdit(template);
    const newCategory = category === undefined ? template.category : checkCategory(category);
    if (newCategory !== template.category) {
      if (isApproved) throw unchangeable("The category of an approved template can't be edited.");
      checkSiblings(state, template, newCategory);
      // Meta writes the texts of authentication templates, so the components of other categories do not fit them.
      const isOther = [newCategory, template.category].includes('AUTHENTICATION');
      if (isOther && components === undefined) throw missingParameter('components');
    }
    checkTtl(ttl, newCategory);
    const newFormat = format === undefined ? template.parameterFormat : checkParameterFormat(format);
    const context = { category: newCategory, format: newFormat, flow: flowsOf(template.wabaId) };
    const now = unixSeconds();
    Object.assign(template, {
      components: components === undefined ? template.components : readComponents(components, context),
      category: newCategory,
      parameterFormat: newFormat,
      status: 'PENDING',
      rejectedReason: 'NONE',
      updatedAt: now,
      ...(isApproved ? { edits: [...(template.edits ?? []), now].slice(-MOST_EDITS) } : {}),
    } satisfies Partial<Template>);
    Object.assign(template.more, kept(call.params));
    state.changed();
    if (components !== undefined) review.tellComponents(template);
    review.submit(template);
    const { id, name } = template;
    return { success: true, ...(isOld(call.version) ? {} : { id, name, category: template.category }) };
  };

  const unpause = (call: GraphCall) => {
    const template = graph.managedNode(call, call.path['id']!, 'template');
    if (template.status !== 'PAUSED') throw unchangeable('Only a paused template can be unpaused.');
    review.decide(template, 'APPROVED');
    return { success: true };
  };

  const remove = (call: GraphCall) => {
    const { id: wabaId } = waba(call);
    const { name, hsm_id: one, hsm_ids: many } = call.params;
    if (many !== undefined && (name !== undefined || one !== undefined))
      throw badParameter('Param hsm_ids cannot be combined with name or hsm_id.');
    if (many === undefined && typeof name !== 'string') throw missingParameter('name');
    const ids = many === undefined ? undefined : idList(many);
    const chosen = state
      .of('template', wabaId)
      .filter((template) =>
        ids === undefined
          ? template.name === name && (one === undefined || template.id === String(one))
          : ids.includes(template.id),
      );
    if (chosen.length === 0 || (ids !== undefined && chosen.length < ids.length))
      throw notFound(String(name ?? ids));
    if (chosen.some(({ status }) => status === 'DISABLED'))
      throw unchangeable("A disabled template can't be deleted.");
    for (const template of chosen) {
      state.removeTemplate(template);
      review.tellDeleted(template);
    }
    return { success: true };
  };

  return {
    'GET message_templates': list,
    'POST message_templates': create,
    'DELETE message_templates': remove,
    'POST template': edit,
    'POST unpause': unpause,
  };
}

const summaryOf = (total: number, all: number) => ({
  total_count: total,
  message_template_count: all,
  message_template_limit: MOST_TEMPLATES,
  are_translations_complete: true,
});

const idList = (value: unknown): readonly string[] => {
  const list = textList(value) ?? [];
  if (list.length < 1 || list.length > 100)
    throw templateFault(undefined, 'Invalid hsm_ids', 'hsm_ids holds 1 to 100 template ids.');
  return [...new Set(list)];
};
