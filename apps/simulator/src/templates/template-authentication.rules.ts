import { badParameter, notOneOf } from '../graph/graph-error.js';
import type { Component } from '../graph/nodes.js';
import { listParameter, objectParameter, type Fields } from '../graph/parameter.rules.js';
import { checkLabel } from './template-button.rules.js';
import { onlyFields, partOf, readTyped, type Part } from './template-component.rules.js';
import { fault } from './template.faults.js';

/** The components that an authentication template may have; Meta writes their texts. */
const KINDS = ['BODY', 'FOOTER', 'BUTTONS'];
const OTP_TYPES = ['COPY_CODE', 'ONE_TAP', 'ZERO_TAP'];
const OTP_FIELDS = [
  'otp_type',
  'text',
  'autofill_text',
  'supported_apps',
  'package_name',
  'signature_hash',
  'zero_tap_terms_accepted',
];
const MINUTES = { min: 1, max: 90 };
const APPS = { min: 1, max: 5 };
const MOST_IN_PACKAGE = 224;
const PACKAGE = /^[A-Za-z]\w*(?:\.[A-Za-z]\w*)+$/;
const SIGNATURE = /^[A-Za-z0-9+/=]{11}$/;

const SAMPLE = '123456';

/** Checks the components; returns those that Meta stores instead (captured from Meta; English whatever the language). */
export function readAuthentication(parts: readonly Part[]): readonly Component[] {
  const stranger = parts.find(({ fields }) => !KINDS.includes(fields.type));
  if (stranger !== undefined) throw fault.unexpected('AUTHENTICATION', [stranger.fields.type.toLowerCase()]);
  const body = partOf(parts, 'BODY')!;
  onlyFields(body, ['add_security_recommendation']);
  const { add_security_recommendation: isSecure = false } = body.fields;
  if (typeof isSecure !== 'boolean')
    throw badParameter(`Param ${body.at}['add_security_recommendation'] must be a boolean.`);
  const minutes = readMinutes(partOf(parts, 'FOOTER'));
  const buttons = partOf(parts, 'BUTTONS');
  if (buttons === undefined) throw fault.missing('AUTHENTICATION', 'buttons');
  const text = `*{{1}}* is your verification code.${isSecure ? ' For your security, do not share this code.' : ''}`;
  return [
    {
      type: 'BODY',
      text,
      ...(isSecure ? { add_security_recommendation: true } : {}),
      example: { body_text: [[SAMPLE]] },
    },
    ...(minutes === undefined
      ? []
      : [
          {
            type: 'FOOTER',
            text: `This code expires in ${minutes} minutes.`,
            code_expiration_minutes: minutes,
          },
        ]),
    { type: 'BUTTONS', buttons: [readOtp(buttons, minutes)] },
  ];
}

function readMinutes(footer: Part | undefined): number | undefined {
  if (footer === undefined) return undefined;
  onlyFields(footer, ['code_expiration_minutes']);
  const minutes = footer.fields['code_expiration_minutes'];
  if (minutes === undefined) return undefined;
  const { min, max } = MINUTES;
  if (typeof minutes !== 'number' || !Number.isInteger(minutes) || minutes < min || minutes > max)
    throw badParameter(
      `Param ${footer.at}['code_expiration_minutes'] must be an integer between ${min} and ${max}.`,
    );
  return minutes;
}

/** Reads the only button: clients give a button of type OTP, Meta stores a URL button whose variable is the code. */
function readOtp(part: Part, minutes: number | undefined): Fields {
  onlyFields(part, ['buttons']);
  const { buttons } = part.fields;
  if (buttons === undefined || (Array.isArray(buttons) && buttons.length === 0))
    throw fault.missing('BUTTONS', 'buttons');
  const [otp, ...others] = readTyped(buttons, `${part.at}['buttons']`, ['OTP']);
  if (others.length > 0) throw fault.button('An authentication template has exactly one button of type OTP.');
  onlyFields(otp!, OTP_FIELDS, 'BUTTONS');
  const { otp_type: type, text, autofill_text: autofill } = otp!.fields;
  if (type === undefined) throw fault.missing('BUTTONS', 'otp_type');
  if (typeof type !== 'string' || !OTP_TYPES.includes(type))
    throw notOneOf(`${otp!.at}['otp_type']`, OTP_TYPES, type);
  if (text !== undefined) checkLabel(text);
  if (autofill !== undefined) checkLabel(autofill, 'autofill_text');
  if (type !== 'COPY_CODE') checkApps(otp!);
  if (type === 'ZERO_TAP' && otp!.fields['zero_tap_terms_accepted'] !== true)
    throw fault.button('zero_tap_terms_accepted must be true for a button of type ZERO_TAP.');
  const query = `otp_type=${type}${minutes === undefined ? '' : `&code_expiration_minutes=${minutes}`}&code=otp`;
  const url = `https://www.whatsapp.com/otp/code/?${query}`;
  return { type: 'URL', text: text ?? 'Copy code', url: `${url}{{1}}`, example: [url + SAMPLE] };
}

function checkApps({ at, fields }: Part): void {
  const { supported_apps: given, package_name: name, signature_hash: hash } = fields;
  // A single app's fields may be in the button itself, as in Meta's example.
  const flat =
    name === undefined && hash === undefined ? undefined : [{ package_name: name, signature_hash: hash }];
  const apps = given ?? flat;
  if (apps === undefined) throw fault.missing('BUTTONS', 'supported_apps');
  const list = listParameter(apps, `${at}['supported_apps']`);
  if (list.length < APPS.min || list.length > APPS.max)
    throw badParameter(
      `Param ${at}['supported_apps'] must be an array of ${APPS.min} to ${APPS.max} elements.`,
    );
  list.forEach((app, index) => {
    const where = `${at}['supported_apps'][${index}]`;
    const { package_name: packageName, signature_hash: signature } = objectParameter(app, where);
    if (packageName === undefined) throw fault.missing('BUTTONS', 'package_name');
    if (signature === undefined) throw fault.missing('BUTTONS', 'signature_hash');
    const isPackage = typeof packageName === 'string' && PACKAGE.test(packageName);
    if (!isPackage || packageName.length > MOST_IN_PACKAGE)
      throw badParameter(`Param ${where}['package_name'] is not a valid Android package name.`);
    if (typeof signature !== 'string' || !SIGNATURE.test(signature))
      throw badParameter(`Param ${where}['signature_hash'] must be exactly 11 characters of a-zA-Z0-9+/=.`);
  });
}
