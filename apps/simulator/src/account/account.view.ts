import type { Settings } from '../control/behaviour.js';
import { chooseFields, unset, type Expansion } from '../graph/fields.js';
import type { PhoneNumber, Waba } from '../graph/nodes.js';
import { countryOf } from '../messages/calling-codes.js';

export const APP = { id: '670000000000001', name: 'Simulated app' };

const BUSINESS = { id: '210000000000001', name: 'Simulated portfolio' };

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

/** `health_status` of a node: whether the node, its WABA, the business and the app can send messages. */
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

/** The answer to `GET /{phone number}`. */
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

/** The answer to `GET /{WABA}`. */
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
