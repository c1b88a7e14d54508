import type { GraphClient, Page } from './graph-client.js';
import type { MetaPhoneNumber, MetaSubscribedApp, MetaTokenInfo, MetaWaba } from './meta-objects.js';

const WABA_FIELDS =
  'id,name,currency,timezone_id,message_template_namespace,account_review_status,business_verification_status';
const PHONE_FIELDS =
  'id,display_phone_number,verified_name,quality_rating,code_verification_status,platform_type,is_on_biz_app,status,name_status,throughput,whatsapp_business_manager_messaging_limit';

/** Calls about the WABA, its phone numbers, its webhooks and the token. */
export const accountCalls = ({ pathTo, request, list }: GraphClient) => ({
  getWaba: (token: string, wabaId: string) =>
    request<MetaWaba>('get_waba', { method: 'GET', path: `${pathTo(wabaId)}?fields=${WABA_FIELDS}`, token }),

  async listPhoneNumbers(token: string, wabaId: string): Promise<readonly MetaPhoneNumber[]> {
    const numbers: MetaPhoneNumber[] = [];
    for await (const number of list<MetaPhoneNumber>('list_phone_numbers', {
      token,
      path: pathTo(wabaId, 'phone_numbers'),
      fields: PHONE_FIELDS,
    }))
      numbers.push(number);
    return numbers;
  },

  /**
   * The token's permissions and expiry. The token itself authorises the call: Meta refuses an unknown one with code
   * 190.
   */
  async debugToken(token: string): Promise<MetaTokenInfo> {
    const path = `${pathTo('debug_token')}?input_token=${encodeURIComponent(token)}`;
    return (await request<{ data: MetaTokenInfo }>('debug_token', { method: 'GET', path, token })).data;
  },

  /** Subscribes the token's app to the WABA's webhooks. */
  async subscribeApp(token: string, wabaId: string): Promise<void> {
    await request('subscribe_app', {
      method: 'POST',
      path: pathTo(wabaId, 'subscribed_apps'),
      token,
      body: '{}',
    });
  },

  /** The apps that get the WABA's webhooks. */
  async listSubscribedApps(token: string, wabaId: string): Promise<readonly MetaSubscribedApp[]> {
    const path = pathTo(wabaId, 'subscribed_apps');
    const { data } = await request<Page<{ readonly whatsapp_business_api_data: MetaSubscribedApp }>>(
      'list_subscribed_apps',
      { method: 'GET', path, token },
    );
    return data.map(({ whatsapp_business_api_data: app }) => app);
  },
});
