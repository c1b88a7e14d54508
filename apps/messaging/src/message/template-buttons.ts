import { entryOf } from '@wbiz/contracts/meta/item';
import { word } from '@wbiz/contracts/template/components';
import type { FilledButton } from '@wbiz/contracts/template/filling';
import type { TemplateButton } from '@wbiz/contracts/template/values';
import { defined } from './graph-body.js';
import { fault, type Part } from './template-part.js';

type ButtonField = Exclude<keyof TemplateButton, 'index'>;
type ButtonKind = {
  readonly takes: readonly ButtonField[];
  /** Meta's `sub_type` in a send. */
  readonly subType?: string;
  /** Undefined if the button takes no parameter. */
  readonly parameter?: (
    button: FilledButton,
    given: Partial<TemplateButton>,
    part: Part,
  ) => object | undefined;
};

const text: ButtonKind['parameter'] = ({ takesValue, value }) =>
  takesValue ? { type: 'text', text: value } : undefined;

/** Button types: the request fields each takes, and its parameter for Meta. */
export const BUTTONS: Readonly<Record<string, ButtonKind>> = {
  QUICK_REPLY: {
    takes: ['payload'],
    subType: 'quick_reply',
    parameter: (_, { payload }) => (payload === undefined ? undefined : { type: 'payload', payload }),
  },
  URL: { takes: [], subType: 'url', parameter: text },
  OTP: { takes: ['code'], subType: 'url', parameter: text },
  COPY_CODE: {
    takes: ['code'],
    subType: 'copy_code',
    parameter: ({ value }) => ({ type: 'coupon_code', coupon_code: value }),
  },
  FLOW: {
    takes: ['flowToken', 'flowActionData'],
    subType: 'flow',
    // Always a token: without one Meta sets "unused", and replies cannot be told apart.
    parameter: ({ index, source }, { flowToken, flowActionData }, part) => {
      if (flowActionData && word(source['flow_action']) === 'DATA_EXCHANGE')
        fault(
          part,
          '/buttons',
          `The flow of button ${index} gets its data from its endpoint, not from flowActionData.`,
        );
      const action = defined({ flow_token: flowToken ?? part.messageId, flow_action_data: flowActionData });
      return { type: 'action', action };
    },
  },
  CATALOG: {
    takes: ['thumbnailProductId'],
    subType: 'catalog',
    parameter: (_, { thumbnailProductId: id }) =>
      id === undefined ? undefined : { type: 'action', action: { thumbnail_product_retailer_id: id } },
  },
  MPM: {
    takes: ['thumbnailProductId', 'sections'],
    subType: 'mpm',
    parameter: ({ index }, { thumbnailProductId, sections }, part) => {
      if (thumbnailProductId === undefined || sections === undefined)
        fault(part, '/buttons', `Button ${index} shows products: give its thumbnailProductId and sections.`);
      const action = {
        thumbnail_product_retailer_id: thumbnailProductId,
        sections: sections?.map(({ title, productIds }) =>
          defined({ title, product_items: productIds.map((id) => ({ product_retailer_id: id })) }),
        ),
      };
      return { type: 'action', action };
    },
  },
  PHONE_NUMBER: { takes: [] },
  VOICE_CALL: { takes: [] },
  CALL_PERMISSION_REQUEST: { takes: [] },
  REQUEST_CONTACT_INFO: { takes: [] },
};

/** The components of the buttons that take a parameter. Meta's `index` counts all buttons of the template. */
export function buttonsFor(part: Part): object[] {
  const { filled, given } = part;
  for (const [place, { index, ...fields }] of (given.buttons ?? []).entries()) {
    const button = filled.buttons[index];
    if (!button) fault(part, `/buttons/${place}/index`, `The template has no button ${index}.`);
    for (const [field, value] of Object.entries(fields))
      if (button && value !== undefined && !takes(button, field))
        fault(
          part,
          `/buttons/${place}/${field}`,
          `Button ${index} of the template is of type ${button.type}, which takes no ${field}.`,
        );
  }
  return filled.buttons.flatMap((button) => {
    const { subType, parameter } = entryOf(BUTTONS, button.type) ?? {};
    const own = given.buttons?.find(({ index }) => index === button.index) ?? {};
    const told = parameter?.(button, own, part);
    return told
      ? [{ type: 'button', sub_type: subType, index: String(button.index), parameters: [told] }]
      : [];
  });
}

const takes = ({ type }: FilledButton, field: string) =>
  entryOf(BUTTONS, type)?.takes.some((taken) => taken === field) ?? false;
