import type { Behaviour } from './behaviour.js';
import { chooseFields } from './fields.js';
import type { Graph, GraphCall, GraphHandler } from './graph-frame.js';
import { pageOf } from './paging.js';
import { unixSeconds, type PhoneNumber, type State, type Waba } from './state.js';

export const APP = { id: '670000000000001', name: 'Simulated app' };

const PHONE_DEFAULTS = [
  'verified_name',
  'code_verification_status',
  'display_phone_number',
  'quality_rating',
  'platform_type',
  'throughput',
  'last_onboarded_time',
];
const WABA_DEFAULTS = ['name', 'timezone_id', 'message_template_namespace'];

export const health = (entity: string, id: string) => ({
  can_send_message: 'AVAILABLE',
  entities: [{ entity_type: entity, id, can_send_message: 'AVAILABLE' }],
});

/** What `GET /{phone number}` answers. */
export const phoneNode = (phone: PhoneNumber, fields: unknown, { settings }: Behaviour) =>
  chooseFields(
    {
      id: phone.id,
      display_phone_number: phone.display,
      verified_name: phone.verifiedName,
      quality_rating: 'GREEN',
      code_verification_status: 'VERIFIED',
      platform_type: 'CLOUD_API',
      throughput: { level: phone.throughputLevel ?? 'STANDARD' },
      status: phone.registered === false ? 'DISCONNECTED' : 'CONNECTED',
      account_mode: 'LIVE',
      name_status: 'APPROVED',
      new_name_status: 'NONE',
      is_official_business_account: false,
      is_pin_enabled: true,
      messaging_limit_tier: settings.messagingLimit,
      whatsapp_business_manager_messaging_limit: settings.messagingLimit,
      last_onboarded_time: '2026-01-01T00:00:00+0000',
      health_status: health('PHONE_NUMBER', phone.id),
    },
    fields,
    PHONE_DEFAULTS,
  );

/** What `GET /{WABA}` answers. */
export const wabaNode = (waba: Waba, fields: unknown) =>
  chooseFields(
    {
      id: waba.id,
      name: waba.name,
      currency: 'INR',
      timezone_id: '71',
      country: 'IN',
      status: 'ACTIVE',
      message_template_namespace: '5f1d7c0e_0000_4000_8000_000000000001',
      account_review_status: 'APPROVED',
      business_verification_status: 'verified',
      ownership_type: 'SELF',
      health_status: health('WABA', waba.id),
    },
    fields,
    WABA_DEFAULTS,
  );

/** A WABA's numbers and subscription, and what a token is good for. */
export function accountRoutes({
  graph,
  state,
  behaviour,
}: {
  graph: Graph;
  state: State;
  behaviour: Behaviour;
}): Record<string, GraphHandler> {
  const waba = (call: GraphCall) => graph.managedNode(call, call.path['id']!, 'waba');

  const phoneNumbers: GraphHandler = (call) => {
    const page = pageOf(state.of('phone', waba(call).id), call);
    return { ...page, data: page.data.map((phone) => phoneNode(phone, call.params['fields'], behaviour)) };
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
    'GET phone_numbers': phoneNumbers,
    'GET subscribed_apps': subscriptions,
    'POST subscribed_apps': subscribe(true),
    'DELETE subscribed_apps': subscribe(false),
    'GET debug_token': debugToken,
  };
}
