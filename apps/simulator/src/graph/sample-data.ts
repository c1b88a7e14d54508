export const FIRST_WABA_ID = '1000000000000001';

const approved = <Part>(name: string, category: string, components: readonly Part[]) =>
  ({
    name,
    language: 'en_US',
    category,
    status: 'APPROVED',
    hasBeenApproved: true,
    rejectedReason: 'NONE',
    parameterFormat: 'POSITIONAL',
    components,
    more: {},
  }) as const;

/** Templates of every new WABA. */
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

/** Flow JSON with one screen that has a text field. */
export const sampleFlowJson = (screen: string, title: string) =>
  JSON.stringify({
    version: '7.3',
    screens: [
      {
        id: screen,
        title,
        terminal: true,
        success: true,
        data: {},
        layout: {
          type: 'SingleColumnLayout',
          children: [
            {
              type: 'Form',
              name: 'form',
              children: [
                { type: 'TextInput', name: 'name', label: 'Name', 'input-type': 'text', required: true },
                {
                  type: 'Footer',
                  label: 'Send',
                  'on-click-action': { name: 'complete', payload: { name: '${form.name}' } },
                },
              ],
            },
          ],
        },
      },
    ],
  });

/** Flows of every new WABA. */
export const DEFAULT_FLOWS = [
  {
    name: 'appointment_booking',
    status: 'PUBLISHED',
    hasBeenPublished: true,
    categories: ['APPOINTMENT_BOOKING'],
    json: sampleFlowJson('BOOKING', 'Book an appointment'),
  },
  {
    name: 'customer_survey',
    status: 'DRAFT',
    categories: ['SURVEY'],
    json: sampleFlowJson('SURVEY', 'How did we do?'),
  },
] as const;
