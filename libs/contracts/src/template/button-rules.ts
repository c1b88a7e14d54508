import { isPlainObject } from '../schema/json-values.js';
import { LIMITS } from '../limits.js';
import { entryOf, object, text } from '../meta/item.js';
import { fieldFault } from '../problem.js';
import { VARIABLE, variablesIn, word } from './components.js';
import {
  isSample,
  lengthFaults,
  nothing,
  noVariableFaults,
  patternFaults,
  sizeFaults,
  syntaxFaults,
  textOf,
  wordFaults,
  type Faults,
  type Size,
} from './text-rules.js';

type Fields = Readonly<Record<string, unknown>>;
type Check = (button: Fields, at: string) => Faults;
/** The accepted button types and the rules of each. */
type Checks = Readonly<Record<string, Check>>;

const QUICK_REPLY: Check = function* (button, at) {
  yield* labelFaults(button, 'text', at);
};
const URL_BUTTON: Check = function* (button, at) {
  yield* labelFaults(button, 'text', at);
  yield* urlFaults(button, at);
};
const PHONE_NUMBER: Check = function* (button, at) {
  yield* labelFaults(button, 'text', at);
  const phone = yield* textOf(button, 'phone_number', at, LIMITS.templatePhone.max);
  if (phone !== undefined && !/^[+\d\s().-]*\d[\d\s().-]*$/.test(phone))
    yield fieldFault(`${at}/phone_number`, 'matches', 'must be a phone number with its country code');
};

export const BUTTONS: Checks = {
  QUICK_REPLY,
  URL: URL_BUTTON,
  PHONE_NUMBER,
  COPY_CODE: function* (button, at) {
    const [example] = [button['example']].flat();
    yield* textOf({ example }, 'example', at, LIMITS.couponCode.max);
  },
  FLOW: flowFaults,
  CATALOG: nothing,
  MPM: nothing,
  SPM: nothing,
  VOICE_CALL: nothing,
  CALL_PERMISSION_REQUEST: nothing,
  REQUEST_CONTACT_INFO: nothing,
  ORDER_DETAILS: nothing,
};
export const CARD_BUTTONS: Checks = { QUICK_REPLY, URL: URL_BUTTON, PHONE_NUMBER, SPM: nothing };
export const OTP_BUTTON: Checks = { OTP: otpFaults };

/** Most buttons per type, where Meta allows fewer than buttons in all (templates/components). */
const MOST: Readonly<Record<string, number>> = { URL: 2, PHONE_NUMBER: 1, COPY_CODE: 1, CATALOG: 1, MPM: 1 };

export function* buttonsFaults(checks: Checks, size: Size, { buttons }: Fields, at: string): Faults {
  const here = `${at}/buttons`;
  if (yield* sizeFaults(buttons, here, size)) return;
  const types: string[] = [];
  for (const [index, button] of (buttons as unknown[]).entries()) {
    const one = `${here}/${index}`;
    if (!isPlainObject(button)) {
      yield fieldFault(one, 'is_object', 'must be an object');
      continue;
    }
    if (yield* wordFaults(button['type'], `${one}/type`, Object.keys(checks))) continue;
    const type = word(button['type'])!;
    types.push(type);
    const most = entryOf(MOST, type) ?? size.max;
    if (types.filter((other) => other === type).length > most)
      yield fieldFault(`${one}/type`, 'array_max_size', `must be ${type} in at most ${most} of the buttons`);
    yield* checks[type]!(button, one);
  }
  const changes = types.filter(
    (type, index) => index > 0 && (type === 'QUICK_REPLY') !== (types[index - 1] === 'QUICK_REPLY'),
  );
  if (changes.length > 1)
    yield fieldFault(here, 'button_order', 'must keep quick replies together, before or after all others');
}

function* labelFaults(button: Fields, field: string, at: string): Faults {
  const label = yield* textOf(button, field, at, LIMITS.templateButtonText.max);
  if (label === undefined) return;
  yield* noVariableFaults(label, `${at}/${field}`);
  yield* patternFaults(label, `${at}/${field}`, ['lineBreak', 'emoji', 'bold', 'formatting']);
}

function* urlFaults(button: Fields, at: string): Faults {
  const url = yield* textOf(button, 'url', at, LIMITS.templateUrl.max);
  const pointer = `${at}/url`;
  if (url === undefined || (yield* syntaxFaults(url, pointer))) return;
  const whole = url.replaceAll(VARIABLE, 'x');
  if (!/^https?:\/\/\S+$/i.test(whole) || !URL.canParse(whole))
    return yield fieldFault(pointer, 'matches', 'must be an http(s) link');
  if (/(^|\.)(wa\.me|whatsapp\.com)$/i.test(new URL(whole).hostname))
    yield fieldFault(pointer, 'not_allowed', 'must not lead to WhatsApp itself (wa.me, whatsapp.com)');
  const [name] = variablesIn(url);
  if (name === undefined) return;
  if (url.split('{{').length > 2 || !url.endsWith('}}'))
    yield fieldFault(pointer, 'variable_place', 'takes one variable, at its very end');
  if (/^\d/.test(name) && name !== '1')
    yield fieldFault(pointer, 'variable_gap', `must have {{1}} for a variable, not {{${name}}}`);
  if (![button['example']].flat().some(isSample))
    yield fieldFault(
      `${at}/example`,
      'example_required',
      `must give an example of {{${name}}} in the url: ["…"]`,
    );
}

function* flowFaults(button: Fields, at: string): Faults {
  yield* labelFaults(button, 'text', at);
  const [source, ...others] = ['flow_id', 'flow_name', 'flow_json'].filter(
    (field) => button[field] !== undefined,
  );
  if (source === undefined)
    yield fieldFault(`${at}/flow_id`, 'required', 'or flow_name or flow_json is required');
  else if (typeof button[source] !== 'string')
    yield fieldFault(`${at}/${source}`, 'is_string', 'must be a string');
  for (const other of others)
    yield fieldFault(`${at}/${other}`, 'not_allowed', `is not taken together with ${source}`);
  if (button['flow_action'] !== undefined)
    yield* wordFaults(button['flow_action'], `${at}/flow_action`, ['NAVIGATE', 'DATA_EXCHANGE']);
}

function* otpFaults(button: Fields, at: string): Faults {
  for (const label of ['text', 'autofill_text'])
    if (button[label] !== undefined) yield* labelFaults(button, label, at);
  if (yield* wordFaults(button['otp_type'], `${at}/otp_type`, ['COPY_CODE', 'ONE_TAP', 'ZERO_TAP'])) return;
  const kind = word(button['otp_type']);
  if (kind === 'COPY_CODE') return;
  if (kind === 'ZERO_TAP' && button['zero_tap_terms_accepted'] !== true)
    yield fieldFault(`${at}/zero_tap_terms_accepted`, 'required', 'must be true for otp_type ZERO_TAP');
  const apps = button['supported_apps'];
  // Meta's pages also show a single app in place of the list.
  if (apps === undefined && button['package_name'] !== undefined) return yield* appFaults(button, at);
  if (yield* sizeFaults(apps, `${at}/supported_apps`, LIMITS.otpApps)) return;
  for (const [index, app] of (apps as unknown[]).entries())
    yield* appFaults(object(app), `${at}/supported_apps/${index}`);
}

function* appFaults(app: Fields, at: string): Faults {
  const name = text(app['package_name']) ?? '';
  if (!/^([A-Za-z]\w*\.)+[A-Za-z]\w*$/.test(name))
    yield fieldFault(`${at}/package_name`, 'matches', 'must be an Android package such as com.example.shop');
  yield* lengthFaults(name, `${at}/package_name`, LIMITS.otpPackage.max);
  if (!/^[A-Za-z0-9/+=]{11}$/.test(text(app['signature_hash']) ?? ''))
    yield fieldFault(
      `${at}/signature_hash`,
      'matches',
      "must be the hash of the app's signing key: 11 characters of base64",
    );
}
