import type { Behaviour } from '../control/behaviour.js';
import { badParameter, missingParameter, refuse } from '../graph/graph-error.js';
import type { Graph, GraphCall, GraphHandler } from '../graph/graph-middleware.js';
import type { NodeEdges } from '../graph/node-edges.js';
import type { PhoneNumber } from '../graph/nodes.js';
import { pageOf } from '../graph/paging.js';
import type { State } from '../graph/state.js';
import { unixSeconds } from '../graph/times.js';
import { APP, phoneNode } from './account.view.js';

/** Routes of a WABA, its phone numbers and its webhook subscription, and of `debug_token`. */
export function accountRoutes({
  graph,
  state,
  behaviour,
  edgesOf,
}: {
  graph: Graph;
  state: State;
  behaviour: Behaviour;
  edgesOf: NodeEdges;
}): Record<string, GraphHandler> {
  const waba = (call: GraphCall) => graph.managedNode(call, call.path['id']!, 'waba');

  const phoneNumbers: GraphHandler = (call) => {
    const page = pageOf(state.of('phone', waba(call).id), call);
    const { settings } = behaviour;
    const view = (phone: PhoneNumber) =>
      phoneNode(phone, call.params['fields'], {
        settings,
        webhookUrl: state.webhook?.url,
        edges: edgesOf(call, phone),
      });
    return { ...page, data: page.data.map(view) };
  };

  /** Adds a phone number, which must be verified and registered before it can send. */
  const addNumber: GraphHandler = (call) => {
    const { id: wabaId } = waba(call);
    const { country_code: code, cc = code, phone_number: number, verified_name: name } = call.params;
    for (const [key, value] of Object.entries({ cc, phone_number: number, verified_name: name }))
      if (value === undefined || value === '') throw missingParameter(key);
    const [prefix, local] = [cc, number].map((part) => String(part).replace(/\D/g, '')) as [string, string];
    if (!/^\d{7,15}$/.test(prefix + local))
      throw badParameter('Param phone_number is not a valid phone number.');
    if ([...state.nodes.values()].some((node) => node.kind === 'phone' && node.digits === prefix + local))
      throw badParameter('Param phone_number belongs to another number already.');
    return { id: state.addNumber(wabaId, prefix, local, String(name)).id };
  };

  /** Template insights can be switched on, never off (Meta's docs, analytics). */
  const edit: GraphHandler = (call) => {
    const account = waba(call);
    const { is_enabled_for_insights: insights } = call.params;
    if (insights === undefined) return { success: true };
    if (insights !== true && insights !== 'true') throw refuse(200006);
    account.hasInsights = true;
    state.changed();
    return { id: account.id };
  };

  const subscribe =
    (subscribed: boolean): GraphHandler =>
    (call) => {
      waba(call).subscribed = subscribed;
      state.changed();
      return { success: true };
    };

  const subscriptions: GraphHandler = (call) => ({
    data: waba(call).subscribed
      ? [
          {
            whatsapp_business_api_data: {
              id: APP.id,
              link: `https://www.facebook.com/games/?app_id=${APP.id}`,
              name: APP.name,
            },
          },
        ]
      : [],
  });

  const debugToken: GraphHandler = ({ params, token }) => {
    const wabaIds = state.tokens.get(String(params['input_token'] ?? token));
    if (wabaIds === undefined)
      return {
        data: {
          is_valid: false,
          scopes: [],
          error: { code: 190, message: 'Invalid OAuth access token - Cannot parse access token' },
        },
      };
    const targets = [...wabaIds];
    const scopes = ['whatsapp_business_management', 'whatsapp_business_messaging'];
    return {
      data: {
        app_id: APP.id,
        type: 'SYSTEM_USER',
        application: APP.name,
        data_access_expires_at: 0,
        expires_at: 0,
        is_valid: true,
        issued_at: unixSeconds() - 3600,
        scopes: [...scopes, 'public_profile'],
        granular_scopes: scopes.map((scope) => ({ scope, target_ids: targets })),
        user_id: '122100000000000000',
      },
    };
  };

  return {
    'POST waba node': edit,
    'GET phone_numbers': phoneNumbers,
    'POST phone_numbers': addNumber,
    'GET subscribed_apps': subscriptions,
    'POST subscribed_apps': subscribe(true),
    'DELETE subscribed_apps': subscribe(false),
    'GET debug_token': debugToken,
  };
}
