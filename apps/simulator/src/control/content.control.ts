import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { State } from '../graph/state.js';
import { FLOW_STATUSES, type FlowStatusChanges } from '../templates/flow.status.js';
import { DECISIONS, QUALITIES, type TemplateReview } from '../templates/template.review.js';
import { CATEGORIES } from '../templates/template.rules.js';
import { templateNode } from '../templates/template.view.js';
import { bodyOf, NotFound } from './control-request.js';
import { BadRequest } from './page-request.js';

/** Routes of `/_control/templates` and `/_control/flows`: make Meta's decisions about templates and flows. */
export function contentControl(
  app: FastifyInstance,
  { state, review, flowStatus }: { state: State; review: TemplateReview; flowStatus: FlowStatusChanges },
) {
  const template = (request: FastifyRequest) => {
    const { metaId } = request.params as { metaId: string };
    const found = state.nodes.get(metaId);
    if (found?.kind !== 'template') throw new NotFound(`No template has the id ${metaId}.`);
    return found;
  };

  app.post('/templates/:metaId/review', (request) => {
    const { decision, reason } = bodyOf(request);
    const decided = oneOf(DECISIONS, decision, 'decision');
    if (reason !== undefined && typeof reason !== 'string') throw new BadRequest('reason must be text.');
    const found = template(request);
    review.decide(found, decided, reason);
    return templateNode(found, 'id,name,language,status,category,rejected_reason');
  });

  app.post('/templates/:metaId/quality', (request) => {
    const score = oneOf(QUALITIES, bodyOf(request)['score'], 'score');
    const found = template(request);
    review.score(found, score);
    return templateNode(found, 'id,name,language,quality_score');
  });

  app.post('/templates/:metaId/category', (request) => {
    const category = oneOf(CATEGORIES, bodyOf(request)['category'], 'category');
    const found = template(request);
    review.categorise(found, category);
    return templateNode(found, 'id,name,language,category,previous_category');
  });

  app.post('/flows/:metaId/status', (request) => {
    const { metaId } = request.params as { metaId: string };
    const status = oneOf(FLOW_STATUSES, bodyOf(request)['status'], 'status');
    const flow = state.nodes.get(metaId);
    if (flow?.kind !== 'flow') throw new NotFound(`No flow has the id ${metaId}.`);
    flowStatus.change(flow, status);
    return { id: flow.id, name: flow.name, status: flow.status };
  });
}

function oneOf<Value extends string>(known: readonly Value[], value: unknown, field: string): Value {
  if (!known.includes(value as Value)) throw new BadRequest(`${field} must be one of ${known.join(', ')}.`);
  return value as Value;
}
