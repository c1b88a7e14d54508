export const FIRST_WABA_ID = '1000000000000001';

const approved = <Part>(name: string, category: string, components: readonly Part[]) =>
  ({
    name,
    language: 'en_US',
    category,
    status: 'APPROVED',
    rejectedReason: 'NONE',
    parameterFormat: 'POSITIONAL',
    components,
    more: {},
  }) as const;

/** Templates that every WABA has from the start. */
export const DEFAULT_TEMPLATES = [
  approved('hello_world', 'UTILITY', [
    { type: 'HEADER', format: 'TEXT', text: 'Hello World' },
    { type: 'BODY', text: 'Welcome! If you can read this, your first WhatsApp message went all the way.' },
    { type: 'FOOTER', text: 'Sent by the simulator' },
  ]),
  approved('order_confirmation', 'UTILITY', [
    {
      type: 'BODY',
      text: 'Hi {{1}}, thank you for your order {{2}}. We will tell you as soon as it ships.',
      example: { body_text: [['Asha', '#1043']] },
    },
  ]),
  approved('diwali_offer', 'MARKETING', [
    { type: 'BODY', text: 'Happy Diwali! Everything in our shop is 20% off until Sunday.' },
    { type: 'FOOTER', text: 'Reply STOP to opt out' },
  ]),
] as const;
