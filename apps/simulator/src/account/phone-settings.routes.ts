import { createPublicKey } from 'node:crypto';
import { chooseFields, unset } from '../graph/fields.js';
import { badParameter, managementFault, missingParameter, notOneOf } from '../graph/graph-error.js';
import type { Graph, GraphCall, GraphHandler } from '../graph/graph-middleware.js';
import type { PhoneNumber } from '../graph/nodes.js';
import { listParameter, objectParameter } from '../graph/parameter.rules.js';
import type { State } from '../graph/state.js';
import { textParameter } from '../messages/message-parameter.rules.js';

/** The verification code of every phone number; Meta would send a random one by SMS or call. */
const CODE = '123456';
const CODE_METHODS = ['SMS', 'VOICE'];

const MOST_COMMANDS = 30;
const MOST_PROMPTS = 4;
const AUTOMATION = ['enable_welcome_message', 'commands', 'prompts'];

const boolean = (value: unknown, name: string): boolean => {
  if (typeof value === 'boolean') return value;
  if (value !== 'true' && value !== 'false') throw badParameter(`Param ${name} must be a boolean.`);
  return value === 'true';
};

const shape = (type: string, ...defaults: string[]) => ({ type, defaults });

/** Routes of a phone number's commerce settings, conversational automation, encryption key and verification. */
export function phoneSettingsRoutes({
  graph,
  state,
}: {
  graph: Graph;
  state: State;
}): Record<string, GraphHandler> {
  const phoneOf = (call: GraphCall) => graph.node(call, call.path['id']!, 'phone');
  const change = (phone: PhoneNumber, changes: Partial<PhoneNumber>) => {
    Object.assign(phone, changes);
    state.changed();
    return { success: true };
  };

  const commerceOf = ({ commerce = { is_cart_enabled: true, is_catalog_visible: false } }: PhoneNumber) =>
    commerce;

  const showCommerce: GraphHandler = (call) => {
    const phone = phoneOf(call);
    const all = { ...unset('catalog_id'), ...commerceOf(phone), id: phone.id };
    const kind = shape('WhatsAppBusinessCommerceSettings', 'is_cart_enabled', 'is_catalog_visible');
    return { data: [chooseFields(all, call.params['fields'], kind)] };
  };

  const editCommerce: GraphHandler = (call) => {
    const phone = phoneOf(call);
    const given = (['is_cart_enabled', 'is_catalog_visible'] as const)
      .filter((name) => call.params[name] !== undefined)
      .map((name) => [name, boolean(call.params[name], name)]);
    return change(phone, { commerce: { ...commerceOf(phone), ...(Object.fromEntries(given) as object) } });
  };

  const showAutomation: GraphHandler = (call) => {
    const phone = phoneOf(call);
    const all = { ...unset(AUTOMATION.join(' ')), ...phone.automation, id: phone.id };
    return chooseFields(all, call.params['fields'], shape('ConversationalAutomation', ...AUTOMATION));
  };

  const automate: GraphHandler = (call) => {
    const phone = phoneOf(call);
    const { enable_welcome_message: welcome, commands = [], prompts = [] } = call.params;
    const list = listParameter(commands, 'commands');
    if (list.length > MOST_COMMANDS)
      throw badParameter(`Param commands must have at most ${MOST_COMMANDS} elements.`);
    list.forEach((item, index) => {
      const at = `commands[${index}]`;
      const command = objectParameter(item, at);
      textParameter(command['command_name'], `${at}['command_name']`, 'command.name');
      textParameter(command['command_description'], `${at}['command_description']`, 'command.description');
    });
    const texts = listParameter(prompts, 'prompts');
    if (texts.length > MOST_PROMPTS)
      throw badParameter(`Param prompts must have at most ${MOST_PROMPTS} elements.`);
    texts.forEach((text, index) => textParameter(text, `prompts[${index}]`, 'prompt'));
    return change(phone, {
      automation: {
        ...phone.automation,
        ...(call.params['prompts'] === undefined ? {} : { prompts: texts }),
        ...(call.params['commands'] === undefined ? {} : { commands: list }),
        ...(welcome === undefined
          ? {}
          : { enable_welcome_message: boolean(welcome, 'enable_welcome_message') }),
      },
    });
  };

  const showKey: GraphHandler = (call) => {
    const { publicKey } = phoneOf(call);
    const all = { business_public_key: publicKey, business_public_key_signature_status: 'VALID' };
    const kind = shape('WhatsAppBusinessEncryptionInfo', ...Object.keys(all));
    return { data: publicKey === undefined ? [] : [chooseFields(all, call.params['fields'], kind)] };
  };

  const setKey: GraphHandler = (call) => {
    const phone = phoneOf(call);
    const key = call.params['business_public_key'];
    if (key === undefined) throw missingParameter('business_public_key');
    if (!isRsaKey(key))
      throw badParameter('Param business_public_key must be a valid 2048-bit RSA public key.');
    return change(phone, { publicKey: String(key) });
  };

  const requestCode: GraphHandler = (call) => {
    const phone = phoneOf(call);
    const { code_method: method, language } = call.params;
    if (method === undefined) throw missingParameter('code_method');
    if (!CODE_METHODS.includes(String(method))) throw notOneOf('code_method', CODE_METHODS, method);
    if (language === undefined) throw missingParameter('language');
    if (phone.unverified !== true)
      throw managementFault(
        136024,
        2388091,
        'Cannot request a code',
        'This phone number is verified already, or a code cannot be sent to it now. Try again later.',
      );
    return change(phone, { code: CODE });
  };

  const verifyCode: GraphHandler = (call) => {
    const phone = phoneOf(call);
    const { code } = call.params;
    if (code === undefined) throw missingParameter('code');
    if (phone.code === undefined || String(code).replace('-', '') !== phone.code)
      throw managementFault(
        136025,
        2388093,
        'Cannot verify the code',
        'The code is not the one that was sent, or no code was asked for. Ask for another one and try again.',
      );
    delete phone.code;
    return change(phone, { unverified: false });
  };

  return {
    'GET whatsapp_commerce_settings': showCommerce,
    'POST whatsapp_commerce_settings': editCommerce,
    'GET conversational_automation': showAutomation,
    'POST conversational_automation': automate,
    'GET whatsapp_business_encryption': showKey,
    'POST whatsapp_business_encryption': setKey,
    'POST request_code': requestCode,
    'POST verify_code': verifyCode,
  };
}

function isRsaKey(value: unknown): boolean {
  try {
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = createPublicKey(String(value));
    return type === 'rsa' && details?.modulusLength === 2048;
  } catch {
    return false;
  }
}
