import type { Insights } from '../account/insights.js';
import { badParameter, missingParameter, notOneOf } from '../graph/graph-error.js';
import type { Graph, GraphCall, GraphHandler } from '../graph/graph-middleware.js';
import type { Template } from '../graph/nodes.js';
import { pageOf } from '../graph/paging.js';
import { listParameter, textList, timeParameter } from '../graph/parameter.rules.js';
import type { State } from '../graph/state.js';
import { isLookedFor, LIBRARY } from './template-library.js';
import type { TemplateReview } from './template.review.js';

const MOST_COMPARED = 10;
const MOST_ARCHIVED = 100;

/** Routes of calls about several templates, and of Meta's template library. */
export function templateBulkRoutes({
  graph,
  state,
  review,
  insights,
  routes,
}: {
  graph: Graph;
  state: State;
  review: TemplateReview;
  insights: Insights;
  /** The routes that create and edit one template. */
  routes: Readonly<Record<string, GraphHandler>>;
}): Record<string, GraphHandler> {
  const waba = (call: GraphCall) => graph.managedNode(call, call.path['id']!, 'waba');

  const library: GraphHandler = (call) =>
    pageOf(
      LIBRARY.filter((template) => isLookedFor(template, call.params)),
      call,
    );

  /** Creates or edits an authentication template in several languages. */
  const upsert: GraphHandler = (call) => {
    const { id: wabaId } = waba(call);
    const { name, category, languages, components, message_send_ttl_seconds: ttl } = call.params;
    if (category === undefined) throw missingParameter('category');
    if (String(category).toUpperCase() !== 'AUTHENTICATION')
      throw notOneOf('category', ['AUTHENTICATION'], category);
    if (typeof name !== 'string' || name === '') throw missingParameter('name');
    const wanted = listParameter(languages, 'languages').map(String);
    if (wanted.length === 0) throw missingParameter('languages');
    const more = ttl === undefined ? {} : { message_send_ttl_seconds: ttl };
    const data = wanted.map((language) => {
      const known = state.template({ wabaId, name, language });
      if (known === undefined)
        routes['POST message_templates']!({
          ...call,
          params: { name, language, category, components, ...more },
        });
      else routes['POST template']!({ ...call, path: { id: known.id }, params: { components, ...more } });
      const { id, status } = state.template({ wabaId, name, language })!;
      return { id, status, language };
    });
    return { data };
  };

  const idsOf = (call: GraphCall, name: string, most: number): readonly string[] => {
    const ids = textList(call.params[name]);
    if (ids === undefined) throw missingParameter(name);
    if (ids.length < 1 || ids.length > most)
      throw badParameter(`Param ${name} must be an array of 1 to ${most} elements.`);
    return ids;
  };

  /** Archives or restores templates. The answer says why for each template that could not be. */
  const moved =
    (list: string, change: (template: Template) => string | undefined): GraphHandler =>
    (call) => {
      const { id: wabaId } = waba(call);
      const done: string[] = [];
      const failed: Record<string, string> = {};
      for (const id of idsOf(call, 'hsm_ids', MOST_ARCHIVED)) {
        const template = state.nodes.get(id);
        const isOwn = template?.kind === 'template' && template.wabaId === wabaId;
        const reason = isOwn ? change(template) : 'Template not found';
        if (reason === undefined) done.push(id);
        else failed[id] = reason;
      }
      return { [list]: done, failed_templates: failed };
    };

  const archive = (template: Template) => {
    if (template.status !== 'APPROVED' && template.status !== 'REJECTED')
      return 'Only approved or rejected templates can be archived';
    review.archive(template);
    return undefined;
  };

  const unarchive = (template: Template) => {
    if (template.status !== 'ARCHIVED') return 'Only archived templates can be unarchived';
    review.unarchive(template);
    return undefined;
  };

  /** Compares templates (Meta's docs, template comparison). There are no blocks: people of the simulator block nobody. */
  const compare: GraphHandler = (call) => {
    const template = graph.managedNode(call, call.path['id']!, 'template');
    const others = idsOf(call, 'template_ids', MOST_COMPARED).map(
      (id) => graph.node(call, id, 'template').id,
    );
    const start = timeParameter(call.params['start'], 'start');
    const end = timeParameter(call.params['end'], 'end');
    const ids = [...new Set([template.id, ...others])];
    const tallies = insights.of(template.wabaId, start, end);
    const sent = (id: string) =>
      tallies.reduce((sum, tally) => sum + (tally.templateId === id ? tally.sent : 0), 0);
    return {
      data: [
        { metric: 'BLOCK_RATE', type: 'RELATIVE', order_by_relative_metric: ids },
        {
          metric: 'MESSAGE_SENDS',
          type: 'NUMBER_VALUES',
          number_values: ids.map((key) => ({ key, value: sent(key) })),
        },
        {
          metric: 'TOP_BLOCK_REASON',
          type: 'STRING_VALUES',
          string_values: ids.map((key) => ({ key, value: 'UNKNOWN_BLOCK_REASON' })),
        },
      ],
    };
  };

  return {
    'GET message_template_library': library,
    'POST upsert_message_templates': upsert,
    'POST message_templates/archive': moved('archived_templates', archive),
    'POST message_templates/unarchive': moved('unarchived_templates', unarchive),
    'GET compare': compare,
  };
}
