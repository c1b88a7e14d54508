import { isOn, type Behaviour } from './behaviour.js';
import { chooseFields } from './fields.js';
import { missingParameter, refuse, templateFault } from './graph-error.js';
import type { Graph, GraphCall, GraphHandler } from './graph-frame.js';
import type { Pace } from './pace.js';
import { pageOf } from './paging.js';
import { unixSeconds, type State, type Template } from './state.js';
import { checkCategory, checkComponents, checkParameterFormat, checkTemplate } from './template.rules.js';
import type { TemplateReview } from './template.review.js';

const DAY_S = 86_400;
const NAME_BLOCKED_MS = 30 * DAY_S * 1000;
const MOST_TEMPLATES = 6_000;
const DEFAULTS = ['name', 'parameter_format', 'components', 'language', 'status', 'category', 'sub_category'];

/** Fields of a creation that are kept as they are and shown when asked for. */
const KEPT = [
  'sub_category',
  'message_send_ttl_seconds',
  'cta_url_link_tracking_opted_out',
  'display_format',
];

const viewOf = (template: Template): Record<string, unknown> => ({
  ...template.more,
  id: template.id,
  name: template.name,
  parameter_format: template.parameterFormat,
  components: template.components,
  language: template.language,
  status: template.status,
  category: template.category,
  rejected_reason: template.rejectedReason,
  quality_score: { score: 'UNKNOWN', date: template.updatedAt },
  last_updated_time: new Date(template.updatedAt * 1000).toISOString().replace(/\.\d+Z$/, '+0000'),
});

// Captured: v20 shows no parameter_format unasked and edits with a bare success, v24 and its clients know more. Where
// between them it changed is not known.
const LAST_OLD_VERSION = 21;
const isOld = (version: string) => Number.parseFloat(version.slice(1)) <= LAST_OLD_VERSION;
const OLD_DEFAULTS = DEFAULTS.filter((name) => name !== 'parameter_format');

/** What `GET /{template}` answers. */
export const templateNode = (template: Template, fields: unknown, version = 'v26.0') =>
  chooseFields(viewOf(template), fields, isOld(version) ? OLD_DEFAULTS : DEFAULTS);

const FILTERS: Readonly<Record<string, (template: Template, wanted: string) => boolean>> = {
  name: ({ name }, wanted) => name.includes(wanted.toLowerCase()),
  status: ({ status }, wanted) => status === wanted.toUpperCase(),
  category: ({ category }, wanted) => category === wanted.toUpperCase(),
  language: ({ language }, wanted) => language === wanted,
  content: (template, wanted) => contentOf(template).includes(wanted.toLowerCase()),
  name_or_content: (template, wanted) =>
    template.name.includes(wanted.toLowerCase()) || contentOf(template).includes(wanted.toLowerCase()),
  quality_score: (_template, wanted) => wanted.toUpperCase() === 'UNKNOWN',
};

const contentOf = ({ components }: Template) => JSON.stringify(components).toLowerCase();

const alreadyThere = ({ name, language }: Pick<Template, 'name' | 'language'>) =>
  templateFault(
    2388024,
    'Content in This Language Already Exists',
    `There is already ${language} content for the template ${name}. You can create a new template and try again.`,
  );

const notFound = (name: string) =>
  templateFault(
    2593002,
    'Message Template Not Found',
    `The message template ${name} wasn't found for this account.`,
  );

/** `message_templates` of a WABA (list, create, delete) and the template's own node (edit). */
export function templateRoutes({
  graph,
  state,
  behaviour,
  pace,
  review,
}: {
  graph: Graph;
  state: State;
  behaviour: Behaviour;
  pace: Pace;
  review: TemplateReview;
}): Record<string, GraphHandler> {
  const waba = (call: GraphCall) => graph.managedNode(call, call.path['id']!, 'waba');

  const list = (call: GraphCall) => {
    const { id } = waba(call);
    const { params } = call;
    const all = state.of('template', id);
    const matching = all.filter((template) =>
      Object.entries(FILTERS).every(
        ([key, matches]) =>
          !params[key] || [params[key]].flat().some((wanted) => matches(template, String(wanted))),
      ),
    );
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
    const { params } = call;
    const asked = { wabaId, ...checkTemplate(params) };
    if (isOn(behaviour.settings.managementLimits) && !pace.creation(wabaId)) throw refuse(80007);
    const all = state.of('template', wabaId);
    if (all.length >= MOST_TEMPLATES)
      throw templateFault(
        2388019,
        'Template Limit Exceeded',
        `An account holds at most ${MOST_TEMPLATES} templates.`,
      );
    if (state.template(asked) !== undefined) throw alreadyThere(asked);
    if (Date.now() - (state.deletedAt(asked) ?? 0) < NAME_BLOCKED_MS)
      throw templateFault(
        2388023,
        'Message Template Language is Being Deleted',
        `New ${asked.language} content can't be added to the template ${asked.name} while it is being deleted. Try again in 4 weeks or create a new message template.`,
      );
    const sibling = all.find(({ name }) => name === asked.name);
    if (sibling !== undefined && sibling.category !== asked.category)
      throw templateFault(
        undefined,
        "Template Category Doesn't Match",
        `The template ${asked.name} is of category ${sibling.category} in another language.`,
      );
    const more = Object.fromEntries(
      KEPT.filter((key) => params[key] !== undefined).map((key) => [key, params[key]]),
    );
    const template = state.addTemplate({ ...asked, status: 'PENDING', rejectedReason: 'NONE', more });
    review.submit(template);
    return { id: template.id, status: template.status, category: template.category };
  };

  const edit = (call: GraphCall) => {
    const template = graph.managedNode(call, call.path['id']!, 'template');
    const { components, category, parameter_format: format } = call.params;
    if (template.status === 'PENDING' || template.status === 'DISABLED')
      throw templateFault(
        2388039,
        "Message Template Status Can't Be Changed",
        `A template that is ${template.status.toLowerCase()} can't be edited.`,
      );
    const approved = template.status === 'APPROVED';
    if (approved && isOn(behaviour.settings.managementLimits) && unixSeconds() - template.updatedAt < DAY_S)
      throw templateFault(
        2388124,
        'Message Template Can Be Edited Once in 24 Hours',
        'An approved message template can only be edited once in 24 hours.',
      );
    const newCategory = category === undefined ? template.category : checkCategory(category);
    if (approved && newCategory !== template.category)
      throw templateFault(
        2388039,
        "Category Can't Be Changed",
        "The category of an approved template can't be edited.",
      );
    const newFormat = format === undefined ? template.parameterFormat : checkParameterFormat(format);
    const checked =
      components === undefined ? template.components : checkComponents(components, newCategory, newFormat);
    Object.assign(template, {
      components: checked,
      category: newCategory,
      parameterFormat: newFormat,
      status: 'PENDING',
      rejectedReason: 'NONE',
      updatedAt: unixSeconds(),
    } satisfies Partial<Template>);
    for (const key of KEPT) if (call.params[key] !== undefined) template.more[key] = call.params[key];
    state.changed();
    review.submit(template);
    const { id, name } = template;
    return { success: true, ...(isOld(call.version) ? {} : { id, name, category: template.category }) };
  };

  const remove = (call: GraphCall) => {
    const { id: wabaId } = waba(call);
    const { name, hsm_id: one, hsm_ids: many } = call.params;
    const all = state.of('template', wabaId);
    const ids = many === undefined ? (one === undefined ? undefined : [String(one)]) : idList(many);
    if (many === undefined && typeof name !== 'string') throw missingParameter('name');
    const chosen =
      ids === undefined
        ? all.filter((template) => template.name === name)
        : all.filter(({ id }) => ids.includes(id));
    if (chosen.length === 0 || (ids !== undefined && chosen.length < ids.length))
      throw notFound(String(name ?? many));
    if (chosen.some(({ status }) => status === 'DISABLED'))
      throw templateFault(
        2388039,
        "Message Template Status Can't Be Changed",
        "A disabled template can't be deleted.",
      );
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
  };
}

const summaryOf = (total: number, all: number) => ({
  total_count: total,
  message_template_count: all,
  message_template_limit: MOST_TEMPLATES,
  are_translations_complete: true,
});

const idList = (value: unknown): readonly string[] => {
  const list: unknown = typeof value === 'string' ? value.replace(/[[\]"\s]/g, '').split(',') : value;
  if (!Array.isArray(list) || list.length < 1 || list.length > 100)
    throw templateFault(undefined, 'Invalid hsm_ids', 'hsm_ids holds 1 to 100 template ids.');
  return [...new Set(list.map(String))];
};
