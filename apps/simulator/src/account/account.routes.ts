import type { Behaviour, Settings } from '../control/behaviour.js';
import { countryOf } from '../messages/calling-codes.js';
import { chooseFields, unset, type Expansion } from '../graph/fields.js';
import { badParameter, missingParameter, refuse } from '../graph/graph-error.js';
import type { Graph, GraphCall, GraphHandler } from '../graph/graph-frame.js';
import type { NodeEdges } from '../graph/node-edges.js';
import { pageOf } from '../graph/paging.js';
import { unixSeconds, type PhoneNumber, type State, type Waba } from '../graph/state.js';

export const APP = { id: '670000000000001', name: 'Simulated app' };

export const BUSINESS = { id: '210000000000001', name: 'Simulated portfolio' };

const PHONE = {
  type: 'WhatsAppBusinessPhoneNumber',
  defaults: [
    'verified_name',
    'code_verification_status',
    'display_phone_number',
    'quality_rating',
    'platform_type',
    'throughput',
    'webhook_configuration',
    'last_onboarded_time',
  ],
};
const WABA = {
  type: 'WhatsAppBusinessAccount',
  defaults: ['name', 'timezone_id', 'message_template_namespace'],
};

/** Whether messages can be sent by this and by all that stands behind it: the account, the business, the app. */
export function health(entity: string, id: string, wabaId: string, canSend = true) {
  const own = { entity_type: entity, id, can_send_message: canSend ? 'AVAILABLE' : 'BLOCKED' };
  const behind = [
    { entity_type: 'WABA', id: wabaId },
    { entity_type: 'BUSINESS', id: BUSINESS.id },
    { entity_type: 'APP', id: APP.id },
  ].filter(({ entity_type: type }) => type !== entity);
  return {
    can_send_message: own.can_send_message,
    entities: [own, ...behind.map((item) => ({ ...item, can_send_message: 'AVAILABLE' }))],
  };
}

type Expansions = Readonly<Record<string, Expansion>>;

/** What `GET /{phone number}` answers. */
export function phoneNode(
  phone: PhoneNumber,
  fields: unknown,
  { settings, webhookUrl, edges }: { settings: Settings; webhookUrl: string | undefined; edges: Expansions },
) {
  const isRegistered = phone.registered !== false;
  return chooseFields(
    {
      id: phone.id,
      display_phone_number: phone.display,
      verified_name: phone.verifiedName,
      quality_rating: 'GREEN',
      quality_score: { score: 'GREEN' },
      code_verification_status: phone.unverified === true ? 'NOT_VERIFIED' : 'VERIFIED',
      platform_type: isRegistered ? 'CLOUD_API' : 'NOT_APPLICABLE',
      throughput: { level: phone.throughputLevel ?? 'STANDARD' },
      webhook_configuration: webhookUrl === undefined ? undefined : { application: webhookUrl },
      status: isRegistered ? 'CONNECTED' : 'DISCONNECTED',
      account_mode: 'LIVE',
      name_status: 'APPROVED',
      new_name_status: 'NONE',
      is_official_business_account: false,
      official_business_account: { oba_status: 'NOT_STARTED' },
      is_on_biz_app: false,
      is_pin_enabled: true,
      is_preverified_number: false,
      search_visibility: 'NON_VISIBLE',
      eligibility_for_api_business_global_search: 'NON_ELIGIBLE_VERIFIED_LEVEL',
      messaging_limit_tier: settings.messagingLimit,
      whatsapp_business_manager_messaging_limit: settings.messagingLimit,
      last_onboarded_time: '2026-01-01T00:00:00+0000',
      health_status: health('PHONE_NUMBER', phone.id, phone.wabaId, isRegistered),
      conversational_automation:
        phone.automation === undefined ? undefined : { ...phone.automation, id: phone.id },
      country_dial_code: phone.display.slice(1).split(' ')[0],
      country_code: countryOf(phone.digits),
      ...unset('certificate new_certificate new_display_name username host_platform unified_cert_status'),
      ...edges,
    },
    fields,
    PHONE,
  );
}

/** What `GET /{WABA}` answers. */
export const wabaNode = (waba: Waba, fields: unknown, edges: Expansions) =>
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
      owner_business: BUSINESS,
      owner_business_info: BUSINESS,
      primary_business_location: 'IN',
      is_enabled_for_insights: waba.hasInsights === true,
      is_shared_with_partners: false,
      disable_marketing_messages_on_cloud_api: false,
      health_status: health('WABA', waba.id, waba.id),
      ...unset(
        'auth_international_rate_eligibility creation_time linked_commerce_account marketing_messages_lite_api_status marketing_messages_onboarding_status on_behalf_of_business_info primary_funding_id purchase_order_number whatsapp_business_manager_messaging_limit',
      ),
      ...edges,
    },
    fields,
    WABA,
  );

/** A WABA's numbers and subscription, and what a token is good for. */
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

  /** One more number, to be verified and registered before it sends. */
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

  /** Template insights can be switched on, and never off (Meta, analytics). */
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
