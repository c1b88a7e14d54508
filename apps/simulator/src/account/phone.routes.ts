import { chooseFields, unset } from '../graph/fields.js';
import { badParameter, GraphRefusal, missingParameter, refuse, statusError } from '../graph/graph-error.js';
import type { Graph, GraphCall, GraphHandler } from '../graph/graph-middleware.js';
import type { PhoneNumber } from '../graph/nodes.js';
import { pageOf } from '../graph/paging.js';
import { isUserId, listParameter, objectParameter } from '../graph/parameter.rules.js';
import type { State } from '../graph/state.js';
import type { UploadedHandles } from '../media/upload.routes.js';
import { textParameter, urlParameter } from '../messages/message-parameter.rules.js';
import type { Limit } from '../messages/message.limits.js';

/** Returns the value to store, or throws Meta's refusal. */
type Read = (value: unknown, name: string) => unknown;

const VERTICALS =
  'OTHER AUTO BEAUTY APPAREL EDU ENTERTAIN EVENT_PLAN FINANCE GROCERY GOVT HOTEL HEALTH NONPROFIT PROF_SERVICES RETAIL TRAVEL RESTAURANT ALCOHOL ONLINE_GAMBLING PHYSICAL_GAMBLING OTC_DRUGS UNDEFINED NOT_A_BIZ'.split(
    ' ',
  );

const clearable =
  (limit: Limit): Read =>
  (value, name) =>
    value === '' ? value : textParameter(value, name, limit);

/** Fields of a business profile (Meta's docs, business profiles). An empty text clears any field but `about`. */
const PROFILE: Readonly<Record<string, Read>> = {
  about: (value, name) => textParameter(value, name, 'profile.about'),
  address: clearable('profile.address'),
  description: clearable('profile.description'),
  email: clearable('profile.email'),
  websites: (value, name) => {
    const sites = listParameter(value, name);
    if (sites.length > 2) throw badParameter(`Param ${name} must have at most 2 elements.`);
    sites.forEach((site, index) => {
      textParameter(site, `${name}[${index}]`, 'profile.website');
      urlParameter(site, `${name}[${index}]`);
    });
    return sites;
  },
  vertical: (value, name) => {
    if (!VERTICALS.includes(String(value)))
      throw badParameter(`Param ${name} must be one of {${VERTICALS.join(', ')}} - got "${String(value)}".`);
    return value;
  },
};

const PRODUCT = { messaging_product: 'whatsapp' };
const BLOCKED_USER = { type: 'WhatsAppBusinessBlockedUser', defaults: ['messaging_product', 'wa_id'] };
const PROFILE_PICTURE = { profile_picture_url: undefined };

/** Routes of a phone number's profile, block list, registration and PIN. */
export function phoneRoutes({
  graph,
  state,
  handles,
}: {
  graph: Graph;
  state: State;
  handles: UploadedHandles;
}): Record<string, GraphHandler> {
  const phoneOf = (call: GraphCall) => graph.node(call, call.path['id']!, 'phone');
  const withProduct = (call: GraphCall) => {
    const phone = phoneOf(call);
    if (call.params['messaging_product'] !== 'whatsapp') throw missingParameter('messaging_product');
    return phone;
  };
  const change = (phone: PhoneNumber, changes: Partial<PhoneNumber>) => {
    Object.assign(phone, changes);
    state.changed();
    return { success: true };
  };

  const showProfile: GraphHandler = (call) => {
    const { profile = {} } = phoneOf(call);
    const set = Object.fromEntries(Object.entries(profile).filter(([, value]) => value !== ''));
    const all = {
      ...unset(Object.keys(PROFILE).join(' ')),
      ...PROFILE_PICTURE,
      vertical: 'UNDEFINED',
      ...set,
      ...PRODUCT,
    };
    const shape = { type: 'WhatsAppBusinessProfile', defaults: Object.keys(all) };
    return { data: [{ ...chooseFields(all, call.params['fields'], shape), ...PRODUCT }] };
  };

  const editProfile: GraphHandler = (call) => {
    const phone = withProduct(call);
    const { profile_picture_handle: picture } = call.params;
    const given = Object.entries(call.params)
      .filter(([name]) => Object.hasOwn(PROFILE, name))
      .map(([name, value]) => [name, PROFILE[name]!(value, name)] as const);
    if (picture !== undefined && !handles.has(String(picture)))
      throw badParameter('Param profile_picture_handle is not a valid upload handle.');
    const url =
      picture === undefined
        ? {}
        : { profile_picture_url: `https://pps.whatsapp.net/v/${encodeURIComponent(String(picture))}` };
    return change(phone, { profile: { ...phone.profile, ...Object.fromEntries(given), ...url } });
  };

  const listBlocked: GraphHandler = (call) => {
    const blocked = phoneOf(call).blocked ?? [];
    const page = pageOf(blocked, call);
    const view = (waId: string) =>
      chooseFields({ ...PRODUCT, wa_id: waId }, call.params['fields'], BLOCKED_USER);
    return { ...page, data: page.data.map(view) };
  };

  /** Blocks or unblocks people. If one of them cannot be, Meta answers 400 with who was and who was not (block users page). */
  const block =
    (wanted: boolean): GraphHandler =>
    (call) => {
      const phone = withProduct(call);
      const users = listParameter(call.params['block_users'], 'block_users').map((item, index) => {
        const input = objectParameter(item, `block_users[${index}]`)['user'];
        if (typeof input !== 'string') throw missingParameter(`block_users[${index}]['user']`);
        return { input, wa_id: isUserId(input) ? input : input.replace(/\D/g, '') };
      });
      const codeOf = (waId: string) =>
        waId === phone.digits ? 131021 : wanted && !state.windowIsOpen(phone.id, waId) ? 131047 : undefined;
      const done = users.filter(({ wa_id: waId }) => codeOf(waId) === undefined);
      const ids = new Set(phone.blocked);
      for (const { wa_id: waId } of done) ids[wanted ? 'add' : 'delete'](waId);
      change(phone, { blocked: [...ids] });
      const lists = { [wanted ? 'added_users' : 'removed_users']: done };
      if (done.length === users.length) return { messaging_product: 'whatsapp', block_users: lists };
      const failed = users.flatMap((user) => {
        const code = codeOf(user.wa_id);
        if (code === undefined) return [];
        const { message, error_data: data } = statusError(code);
        return [{ ...user, errors: [{ message, code, error_data: data }] }];
      });
      const no = refuse(139100);
      throw new GraphRefusal(no.httpStatus, {
        messaging_product: 'whatsapp',
        block_users: { ...lists, failed_users: failed },
        ...no.body,
      });
    };

  const register: GraphHandler = (call) => {
    const phone = withProduct(call);
    const pin = String(call.params['pin'] ?? '');
    if (!/^\d{6}$/.test(pin)) throw badParameter('Param pin must be 6 characters long.');
    if (phone.unverified === true) throw refuse(133006);
    if (phone.pin !== undefined && phone.pin !== pin) throw refuse(133005);
    return change(phone, { pin, registered: true });
  };

  const edit: GraphHandler = (call) => {
    const phone = phoneOf(call);
    const { pin } = call.params;
    if (pin !== undefined && !/^\d{6}$/.test(String(pin)))
      throw badParameter('Param pin must be 6 characters long.');
    return change(phone, pin === undefined ? {} : { pin: String(pin) });
  };

  return {
    'GET whatsapp_business_profile': showProfile,
    'POST whatsapp_business_profile': editProfile,
    'GET block_users': listBlocked,
    'POST block_users': block(true),
    'DELETE block_users': block(false),
    'POST register': register,
    'POST deregister': (call) => change(phoneOf(call), { registered: false }),
    'POST phone node': edit,
  };
}
