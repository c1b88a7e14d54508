import { randomBytes } from 'node:crypto';
import { chooseFields } from '../graph/fields.js';
import { badParameter, notOneOf, unknownObject } from '../graph/graph-error.js';
import type { Graph, GraphCall, GraphHandler } from '../graph/graph-middleware.js';
import type { PhoneNumber, QrCode } from '../graph/nodes.js';
import { pageOf } from '../graph/paging.js';
import type { State } from '../graph/state.js';
import { textParameter } from '../messages/message-parameter.rules.js';

// Meta's limit of QR codes per phone number.
const MOST = 2_000;
const FORMATS = ['SVG', 'PNG'];
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

const newCode = () => [...randomBytes(14)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('');

const imageOf = ({ code }: QrCode, format: unknown = 'SVG') => {
  const kind = String(format).toUpperCase();
  if (!FORMATS.includes(kind)) throw notOneOf('format', FORMATS, format);
  return `https://scontent.xx.fbcdn.net/m1/v/t6/${code}.${kind.toLowerCase()}`;
};

const view = (qr: QrCode, fields: unknown) =>
  chooseFields(
    {
      ...qr,
      qr_image_url: ({ format }: Readonly<Record<string, string>>) => imageOf(qr, format),
      id: undefined,
    },
    fields,
    { type: 'WhatsAppMessageQRDeepLink', defaults: ['code', 'prefilled_message', 'deep_link_url'] },
  );

/** Routes of a phone number's `message_qrdls`: QR codes and short links that open a chat with a prefilled message. */
export function qrCodeRoutes({ graph, state }: { graph: Graph; state: State }): Record<string, GraphHandler> {
  const phoneOf = (call: GraphCall) => graph.node(call, call.path['id']!, 'phone');

  const find = (call: GraphCall, { qrCodes = [] }: PhoneNumber, code: string): QrCode => {
    const found = qrCodes.find((qr) => qr.code === code);
    if (found === undefined) throw unknownObject(call.method, code);
    return found;
  };

  const put = (phone: PhoneNumber, qr: QrCode) => {
    const others = (phone.qrCodes ?? []).filter(({ code }) => code !== qr.code);
    phone.qrCodes = [...others, qr];
    state.changed();
    return qr;
  };

  const list: GraphHandler = (call) => {
    const { qrCodes = [] } = phoneOf(call);
    const { code, fields } = call.params;
    const page = pageOf(
      qrCodes.filter((qr) => code === undefined || qr.code === code),
      call,
    );
    return { ...page, data: page.data.map((qr) => view(qr, fields)) };
  };

  const create: GraphHandler = (call) => {
    const phone = phoneOf(call);
    const { prefilled_message: given, code: known, generate_qr_image: format } = call.params;
    const message = textParameter(given, 'prefilled_message', 'qr.message');
    if (known !== undefined)
      return put(phone, { ...find(call, phone, String(known)), prefilled_message: message });
    if ((phone.qrCodes?.length ?? 0) >= MOST) throw badParameter(`There can be at most ${MOST} QR codes.`);
    const code = newCode();
    const qr = { code, prefilled_message: message, deep_link_url: `https://wa.me/message/${code}` };
    const image = format === undefined ? {} : { qr_image_url: imageOf(qr, format) };
    return { ...put(phone, qr), ...image };
  };

  const show: GraphHandler = (call) => ({
    data: [view(find(call, phoneOf(call), call.path['item']!), call.params['fields'])],
  });

  const remove: GraphHandler = (call) => {
    const phone = phoneOf(call);
    const { code } = find(call, phone, call.path['item']!);
    phone.qrCodes = phone.qrCodes!.filter((qr) => qr.code !== code);
    state.changed();
    return { success: true };
  };

  return {
    'GET message_qrdls': list,
    'POST message_qrdls': create,
    'GET message_qrdls/*': show,
    'POST message_qrdls/*': (call) =>
      create({ ...call, params: { ...call.params, code: call.path['item'] } }),
    'DELETE message_qrdls/*': remove,
  };
}
