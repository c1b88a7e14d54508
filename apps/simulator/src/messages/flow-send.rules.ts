import { missingParameter, refuse } from '../graph/graph-error.js';
import type { Flow } from '../graph/nodes.js';
import { objectParameter, type Fields } from '../graph/parameter.rules.js';
import { type SendContext } from './message-parameter.rules.js';

const wrong = (details: string) => refuse(131009, details);

const REFUSALS: Readonly<Partial<Record<Flow['status'], number>>> = { BLOCKED: 132068, THROTTLED: 132069 };

/** Refuses a flow that cannot be sent; a draft can be if it was published before. `called`: the flow's id or name in the send. */
export function checkSendable(flow: Flow | undefined, called: string, mode = 'published'): void {
  if (flow === undefined) throw wrong(`Flow ${called} does not exist in this account`);
  const refused = REFUSALS[flow.status];
  if (refused !== undefined) throw refuse(refused);
  const isUnpublished = flow.status === 'DRAFT' && flow.hasBeenPublished !== true && mode !== 'draft';
  if (flow.status === 'DEPRECATED' || isUnpublished)
    throw wrong(`Flow is in status ${flow.status} and cannot be sent in mode ${mode}`);
}

const MODES = ['draft', 'published'];
const ACTIONS = ['navigate', 'data_exchange'];

/** Meta's checks of the parameters of a flow message (flows/guides/sendingaflow). */
export function checkFlowParameters(parameters: Fields, name: string, { state, wabaId }: SendContext): void {
  const { flow_id: id, flow_name: called, flow_cta: cta, flow_message_version: version } = parameters;
  if (version === undefined) throw missingParameter(`${name}['flow_message_version']`);
  if (String(version) !== '3') throw wrong(`flow_message_version must be 3, not ${String(version)}`);
  if (typeof cta !== 'string' || cta === '') throw missingParameter(`${name}['flow_cta']`);
  if ((id === undefined) === (called === undefined))
    throw wrong('Exactly one of flow_id and flow_name is required');
  const { mode = 'published', flow_action: action = 'navigate', flow_token: token } = parameters;
  if (!MODES.includes(String(mode))) throw wrong(`mode must be draft or published, not ${String(mode)}`);
  const by = id === undefined ? { name: String(called) } : { id: String(id) };
  checkSendable(state.flow(wabaId, by), String(id ?? called), String(mode));
  if (!ACTIONS.includes(String(action)))
    throw wrong(`flow_action must be navigate or data_exchange, not ${String(action)}`);
  if (token !== undefined && (typeof token !== 'string' || token === ''))
    throw wrong('flow_token must be a string that is not empty');
  const { flow_action_payload: payload } = parameters;
  if (payload === undefined) return;
  if (action !== 'navigate') throw wrong('flow_action_payload is allowed with flow_action navigate only');
  const { screen, data } = objectParameter(payload, `${name}['flow_action_payload']`);
  if (screen !== undefined && (typeof screen !== 'string' || screen === ''))
    throw wrong('flow_action_payload.screen must be the id of a screen');
  if (data !== undefined && Object.keys(objectParameter(data, 'data')).length === 0)
    throw wrong('flow_action_payload.data must not be empty');
}
