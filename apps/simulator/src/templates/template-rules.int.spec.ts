import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { simulatorForTests, WABA, type Json, type TestSimulator } from '../simulator.harness.js';

let simulator: TestSimulator;
let flowId: string;
beforeAll(async () => {
  simulator = await simulatorForTests();
  flowId = (await simulator.graph('GET', `/${WABA}/flows`)).body.data[0].id as string;
});
afterAll(() => simulator.close());

const create = (components: unknown, more: object = {}) =>
  simulator.createTemplate(components, { category: 'MARKETING', ...more });
const stored = async (components: unknown, more: object = {}): Promise<Json> => {
  const { body } = await create(components, more);
  expect(body.error).toBeUndefined();
  return (await simulator.graph('GET', `/${body.id}?fields=components`)).body.components;
};

const PLAIN = { type: 'BODY', text: 'Have a look at this.' };
const HANDLE = '4::aW1hZ2UvanBlZw==:ARb0:e:1';
const body = (text: string, ...samples: string[]) => ({
  type: 'BODY',
  text,
  ...(samples.length === 0 ? {} : { example: { body_text: [samples] } }),
});
const named = (text: string, ...names: string[]) => ({
  type: 'BODY',
  text,
  example: { body_text_named_params: names.map((name) => ({ param_name: name, example: 'Asha' })) },
});
const header = (text: string, example?: object) => ({ type: 'HEADER', format: 'TEXT', text, example });
const media = (format: string, handle: unknown = [HANDLE]) => ({
  type: 'HEADER',
  format,
  example: { header_handle: handle },
});
const footer = (text: string) => ({ type: 'FOOTER', text });
const buttons = (...list: object[]) => ({ type: 'BUTTONS', buttons: list });
const quick = (text = 'Help') => ({ type: 'QUICK_REPLY', text });
const link = (url = 'https://x.in', more: object = {}) => ({ type: 'URL', text: 'Open', url, ...more });
const phone = (number: string) => ({ type: 'PHONE_NUMBER', text: 'Call', phone_number: number });
const code = (example: unknown = 'DIWALI20') => ({ type: 'COPY_CODE', example });
const flow = (more: object) => ({ type: 'FLOW', text: 'Book', ...more });
const offer = (more: object = {}) => ({
  type: 'LIMITED_TIME_OFFER',
  limited_time_offer: { text: 'Expiring offer!', has_expiration: true, ...more },
});
const card = (...components: object[]) => ({ components });
const carousel = (...cards: object[]) => ({ type: 'CAROUSEL', cards });
const full = (format = 'IMAGE', ...more: object[]) => card(media(format), buttons(quick(), link()), ...more);
const times = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, at) => make(at));

const NAMED = { parameter_format: 'NAMED' };

describe('Meta takes', () => {
  it.each<[string, readonly object[], object?]>([
    ['a body of 1024 characters', [body('x'.repeat(1024))]],
    [
      'characters, not UTF-16 units',
      [header('𝒳'.repeat(60)), body('𝒳'.repeat(1024)), footer('𝒳'.repeat(60))],
    ],
    ['ten emojis', [body(`Hello ${'🙏'.repeat(10)}`)]],
    ['one emoji of several characters', [body(`Hello ${'👨‍👩‍👧'.repeat(10)}`)]],
    ['two newlines in a row', [body('Hello\n\nthere.')]],
    ['formatting in a body', [body('*Hello* _there_ ~you~ ```all```')]],
    [
      'samples in a flat list',
      [{ ...PLAIN, text: 'Hi {{1}}, order {{2}} is on its way.', example: { body_text: ['a', 'b'] } }],
    ],
    [
      'one sample as a text',
      [{ ...PLAIN, text: 'Hi {{1}}, welcome to us.', example: { body_text: 'Asha' } }],
    ],
    ['a variable used twice', [body('Hi {{1}}, are you there, {{1}}? Tell us.', 'Asha')]],
    ['variables parted by punctuation', [body('We meet at {{1}}, {{2}}, as you told us.', 'a', 'b')]],
    ['Meta’s own example of variables', [body('Hi {{1}}! Your order number is {{2}}. Thank you.', 'a', 'b')]],
    ['words of a language without spaces', [body('您好{{1}}，您的订单{{2}}已经发货了。', 'a', 'b')]],
    [
      'named variables',
      [named('Thank you, {{first_name}}! Order {{order_id}} is here.', 'order_id', 'first_name')],
      NAMED,
    ],
    [
      'a link in a template of named variables',
      [named('Hi {{name}}, welcome to us.', 'name'), buttons(link('https://x.in/{{1}}', { example: ['1'] }))],
      NAMED,
    ],
    [
      'a header with a variable at its end',
      [header('Our new sale starts {{1}}!', { header_text: ['today'] }), PLAIN],
    ],
    [
      'a header with a named variable',
      [
        header('Sale from {{start_date}}', {
          header_text_named_params: [{ param_name: 'start_date', example: 'today' }],
        }),
        PLAIN,
      ],
      NAMED,
    ],
    ['an underscore in a header', [header('Order order_id'), PLAIN]],
    ...['IMAGE', 'VIDEO', 'DOCUMENT', 'GIF'].map((format): [string, object[]] => [
      `a header of ${format}`,
      [media(format), PLAIN],
    ]),
    ['a header of LOCATION', [{ type: 'HEADER', format: 'LOCATION' }, PLAIN]],
    ['ten quick replies', [PLAIN, buttons(...times(10, (at) => quick(`Reply ${at}`)))]],
    [
      'quick replies before the others',
      [PLAIN, buttons(quick(), quick('No'), link(), phone('+15550051310'))],
    ],
    ['quick replies after the others', [PLAIN, buttons(link(), link(), phone('15550051310'), quick())]],
    ['a label of 25 characters', [PLAIN, buttons(quick('x'.repeat(25)))]],
    ['a number with spaces', [PLAIN, buttons(phone('+91 80000 00001'))]],
    ['a code of 20 characters', [PLAIN, buttons(code('X'.repeat(20)))]],
    ['a link that only looks like WhatsApp’s', [PLAIN, buttons(link('https://example.in/wa.me'))]],
    ['a catalogue', [PLAIN, buttons({ type: 'CATALOG', text: 'View catalog' })]],
    ['products', [header('Forget something?'), PLAIN, buttons({ type: 'MPM', text: 'View items' })]],
    ['a product', [{ type: 'HEADER', format: 'PRODUCT' }, PLAIN, buttons({ type: 'SPM', text: 'View' })]],
    ['a call', [PLAIN, buttons({ type: 'VOICE_CALL', text: 'Call us' })]],
    ['a request to call', [PLAIN, { type: 'call_permission_request' }]],
    [
      'an offer',
      [media('IMAGE'), offer(), body('Use code {{1}} to get 25% off.', 'X'), buttons(code(), link())],
    ],
    ['an offer without an end', [offer({ has_expiration: false }), PLAIN, buttons(link())]],
    ['two cards', [PLAIN, carousel(full(), full())]],
    [
      'ten cards of films with texts',
      [PLAIN, carousel(...times(10, () => full('VIDEO', body('x'.repeat(160)))))],
    ],
    [
      'product cards',
      [
        PLAIN,
        carousel(
          ...times(2, () =>
            card({ type: 'header', format: 'product' }, buttons({ type: 'spm', text: 'View' })),
          ),
        ),
      ],
    ],
    ['how long to try', [PLAIN], { message_send_ttl_seconds: 43_200 }],
    ['30 days for a utility', [PLAIN], { category: 'UTILITY', message_send_ttl_seconds: -1 }],
  ])('%s', async (_name, ...[components, more]) => {
    const { status, body: answer } = await create(components, more);
    expect([status, answer.error]).toEqual([200, undefined]);
  });
});

/** Meta's error subcodes, from its error code page and from captured answers. */
const LENGTH = 2388040;
const UNEXPECTED = 2388042;
const MISSING = 2388043;
const HEADER = 2388047;
const BODY = 2388072;
const FOOTER = 2388073;
const BUTTON = 2388060;
const LINK = 2388081;
const SAMPLE = 2388273;
const RATIO = 2388293;
const EDGE = 2388299;
/** Expects code 100 without a subcode, and a message that names the parameter. */
const NONE = undefined;

describe('Meta refuses', () => {
  it.each<[string, unknown, number | undefined, RegExp, object?]>([
    ['components that are no list', { type: 'BODY' }, NONE, /^\(#100\) Param components must be an array\.$/],
    [
      'a component that is no object',
      ['BODY'],
      NONE,
      /^\(#100\) Param components\[0\] must be a JSON object\.$/,
    ],
    [
      'a component without a type',
      [{ text: 'x' }],
      NONE,
      /^\(#100\) The parameter components\[0\]\['type'\] is required\.$/,
    ],
    [
      'an unknown component',
      [PLAIN, { type: 'SIDEBAR' }],
      NONE,
      /components\[1\]\['type'\] must be one of \{HEADER, BODY.*\} - got "SIDEBAR"\.$/,
    ],
    ['no body', [header('Hi')], MISSING, /component of type BODY is missing expected field\(s\) \(text\)/],
    ['two bodies', [PLAIN, PLAIN], BODY, /only one component of type BODY/],
    ['two headers', [header('a'), header('b'), PLAIN], HEADER, /only one component/],

    ['a body without text', [{ type: 'BODY' }], MISSING, /\(text\)$/],
    ['a body of 1025 characters', [body('x'.repeat(1025))], LENGTH, /body can have at most 1024 characters/],
    [
      'a field that a body does not have',
      [{ ...PLAIN, format: 'TEXT' }],
      UNEXPECTED,
      /component of type BODY has unexpected field\(s\) \(format\)/,
    ],
    [
      'a security recommendation',
      [{ ...PLAIN, add_security_recommendation: true }],
      UNEXPECTED,
      /\(add_security_recommendation\)/,
    ],
    [
      'no sample',
      [body('Hi {{1}}, welcome to us.')],
      MISSING,
      /BODY is missing expected field\(s\) \(example\)/,
    ],
    ['an empty sample', [body('Hi {{1}}, welcome to us.', ' ')], MISSING, /\(example\)/],
    ['a sample too few', [body('Hi {{1}}, order {{2}} is on its way.', 'a')], MISSING, /\(example\)/],
    ['a sample too many', [body('Hi {{1}}, welcome to us.', 'a', 'b')], MISSING, /\(example\)/],
    [
      'positional samples of named variables',
      [body('Hi {{name}}, welcome to us.', 'a')],
      MISSING,
      /\(example\)/,
      NAMED,
    ],
    [
      'the sample of another name',
      [named('Hi {{name}}, welcome to us.', 'surname')],
      MISSING,
      /\(example\)/,
      NAMED,
    ],
    ['a gap in the numbers', [body('Hi {{1}}, order {{3}} is on its way.', 'a', 'b')], BODY, /without gaps/],
    ['numbers from 0', [body('Hi {{0}}, welcome to us.', 'a')], BODY, /without gaps/],
    ['a name among positional variables', [body('Hi {{name}}, welcome to us.', 'a')], BODY, /\{\{1\}\}/],
    [
      'a number among named variables',
      [named('Hi {{1}}, welcome to us.', '1')],
      BODY,
      /Named variables/,
      NAMED,
    ],
    ['a name in capitals', [named('Hi {{Name}}, welcome to us.', 'Name')], BODY, /lowercase/, NAMED],
    ['a name twice', [named('Hi {{name}}, are you {{name}} or not?', 'name')], BODY, /unique/, NAMED],
    ['a sign in a variable', [body('Hi {{#1}}, welcome to us.', 'a')], BODY, /\{\{1\}\}/],
    ['a bracket too few', [body('Hi {{1}, welcome to us.', 'a')], BODY, /two curly brackets/],
    ['a bracket too few before it', [body('Hi {1}}, welcome to us.', 'a')], BODY, /two curly brackets/],
    ['only a variable', [body('{{1}}', 'a')], BODY, /only have parameters/],
    ['three newlines in a row', [body('Hello\n\n\nthere.')], BODY, /two consecutive newline/],
    ['eleven emojis', [body(`Hello ${'🙏'.repeat(11)}`)], BODY, /more than 10 emojis/],
    ['five spaces in a row', [body('Hello     there.')], BODY, /four consecutive spaces/],
    ['too few words', [body('Cancelled: {{1}}', 'a')], RATIO, /too many variables for its length/],
    [
      'a form without words',
      [body('Name: {{1}} Date: {{2}} Place: {{3}} Bye', 'a', 'b', 'c')],
      RATIO,
      /too many variables/,
    ],
    [
      'a variable at the start',
      [body('{{1}} is your order number.', 'a')],
      EDGE,
      /start or end of the template/,
    ],
    ['a variable at the start, in bold', [body('*{{1}}* is your order number.', 'a')], EDGE, /start or end/],
    ['a variable at the end', [body('Your order number is {{1}}', 'a')], EDGE, /start or end/],
    [
      'a variable at the end, before a full stop',
      [body('Your order number is {{1}}.', 'a')],
      EDGE,
      /start or end/,
    ],
    [
      'a variable next to another',
      [body('Dear {{1}} {{2}}, this is your order.', 'a', 'b')],
      EDGE,
      /next to each other/,
    ],

    [
      'a header without a format',
      [{ type: 'HEADER', text: 'x' }, PLAIN],
      MISSING,
      /HEADER is missing expected field\(s\) \(format\)/,
    ],
    [
      'an unknown format',
      [{ type: 'HEADER', format: 'AUDIO' }, PLAIN],
      NONE,
      /components\[0\]\['format'\] must be one of \{TEXT, IMAGE.*got "AUDIO"/,
    ],
    ['a header of 61 characters', [header('x'.repeat(61)), PLAIN], LENGTH, /header can have at most 60/],
    ['a header without text', [{ type: 'HEADER', format: 'TEXT' }, PLAIN], MISSING, /\(text\)/],
    [
      'a header’s variable without a sample',
      [header('Sale {{1}} is on'), PLAIN],
      MISSING,
      /HEADER is missing expected field\(s\) \(example\)/,
    ],
    [
      'two variables in a header',
      [header('Sale {{1}} and {{2}}', { header_text: ['a', 'b'] }), PLAIN],
      HEADER,
      /only one variable/,
    ],
    [
      '{{2}} in a header',
      [header('Sale {{2}} is on', { header_text: ['a'] }), PLAIN],
      HEADER,
      /without gaps/,
    ],
    [
      'a newline in a header',
      [header('Hello\nthere'), PLAIN],
      HEADER,
      /new lines, formatting characters, emojis or asterisks/,
    ],
    ['an emoji in a header', [header('Hello 🎉'), PLAIN], HEADER, /emojis/],
    ['bold in a header', [header('*Hello*'), PLAIN], HEADER, /asterisks/],
    ['italic in a header', [header('_Hello there_'), PLAIN], HEADER, /formatting/],
    [
      'a picture without a sample',
      [{ type: 'HEADER', format: 'IMAGE' }, PLAIN],
      SAMPLE,
      /IMAGE header type need an example/,
    ],
    ['a picture with an id of /media', [media('IMAGE', ['1037543291543636']), PLAIN], SAMPLE, /example/],
    ['a film with a URL', [media('VIDEO', ['https://x.in/a.mp4']), PLAIN], SAMPLE, /VIDEO/],
    [
      'a text in a header of a picture',
      [{ ...media('IMAGE'), text: 'x' }, PLAIN],
      UNEXPECTED,
      /HEADER has unexpected field\(s\) \(text\)/,
    ],
    ['a sample of a place', [{ ...media('LOCATION') }, PLAIN], UNEXPECTED, /\(example\)/],

    ['a footer without text', [PLAIN, { type: 'FOOTER' }], MISSING, /FOOTER is missing/],
    ['a footer of 61 characters', [PLAIN, footer('x'.repeat(61))], LENGTH, /footer can have at most 60/],
    ['a variable in a footer', [PLAIN, footer('Hi {{1}}')], FOOTER, /variables/],
    ['a newline in a footer', [PLAIN, footer('a\nb')], FOOTER, /newlines or emojis/],
    ['an emoji in a footer', [PLAIN, footer('Bye 👋')], FOOTER, /newlines or emojis/],
    [
      'minutes in a footer',
      [PLAIN, { type: 'FOOTER', code_expiration_minutes: 5 }],
      UNEXPECTED,
      /FOOTER has unexpected field\(s\) \(code_expiration_minutes\)/,
    ],

    ['no buttons', [PLAIN, buttons()], MISSING, /BUTTONS is missing expected field\(s\) \(buttons\)/],
    [
      'eleven buttons',
      [PLAIN, buttons(...times(11, (at) => quick(`Reply ${at}`)))],
      BUTTON,
      /at most 10 buttons/,
    ],
    [
      'an unknown button',
      [PLAIN, buttons({ type: 'POLL', text: 'x' })],
      NONE,
      /components\[1\]\['buttons'\]\[0\]\['type'\] must be one of .*got "POLL"/,
    ],
    [
      'a button for codes',
      [PLAIN, buttons({ type: 'OTP', otp_type: 'COPY_CODE' })],
      BUTTON,
      /OTP can't be used here/,
    ],
    ['quick replies in two groups', [PLAIN, buttons(quick(), link(), quick('No'))], BUTTON, /two groups/],
    ['links around a quick reply', [PLAIN, buttons(link(), quick(), link())], BUTTON, /two groups/],
    ['three links', [PLAIN, buttons(link(), link(), link())], BUTTON, /at most 2 button\(s\) of type URL/],
    [
      'two numbers',
      [PLAIN, buttons(phone('15550051310'), phone('15550051310'))],
      BUTTON,
      /type PHONE_NUMBER/,
    ],
    ['two codes', [PLAIN, buttons(code(), code())], BUTTON, /type COPY_CODE/],
    ['a button without a label', [PLAIN, buttons({ type: 'QUICK_REPLY' })], MISSING, /\(text\)/],
    [
      'a label of 26 characters',
      [PLAIN, buttons(quick('x'.repeat(26)))],
      LENGTH,
      /button text can have at most 25/,
    ],
    ['a variable in a label', [PLAIN, buttons(quick('Hi {{1}}'))], BUTTON, /variables, newlines, emojis/],
    ['an emoji in a label', [PLAIN, buttons(quick('Fine 👍'))], BUTTON, /variables, newlines, emojis/],
    ['bold in a label', [PLAIN, buttons(quick('*Fine*'))], BUTTON, /formatting/],
    [
      'a payload at creation',
      [PLAIN, buttons({ ...quick(), payload: 'HELP' })],
      UNEXPECTED,
      /BUTTONS has unexpected field\(s\) \(payload\)/,
    ],
    ['no address', [PLAIN, buttons({ type: 'URL', text: 'Open' })], MISSING, /\(url\)/],
    [
      'an address without a scheme',
      [PLAIN, buttons(link('www.x.in'))],
      NONE,
      /Param components\[1\]\['buttons'\]\[0\]\['url'\] is not a valid URI\.$/,
    ],
    [
      'only a variable as an address',
      [PLAIN, buttons(link('{{1}}', { example: ['https://x.in'] }))],
      NONE,
      /not a valid URI/,
    ],
    [
      'an address of 2001 characters',
      [PLAIN, buttons(link(`https://x.in/${'x'.repeat(1988)}`))],
      LENGTH,
      /at most 2000/,
    ],
    [
      'a variable within an address',
      [PLAIN, buttons(link('https://x.in/{{1}}/a', { example: ['1'] }))],
      BUTTON,
      /at its end/,
    ],
    [
      'two variables in an address',
      [PLAIN, buttons(link('https://x.in/{{1}}/{{2}}', { example: ['1', '2'] }))],
      BUTTON,
      /only one variable/,
    ],
    ['an address without a sample', [PLAIN, buttons(link('https://x.in/{{1}}'))], MISSING, /\(example\)/],
    ['wa.me', [PLAIN, buttons(link('https://wa.me/919999999999'))], LINK, /Direct links to WhatsApp/],
    [
      'api.whatsapp.com',
      [PLAIN, buttons(link('http://API.whatsapp.com/send?phone={{1}}', { example: ['1'] }))],
      LINK,
      /Direct links/,
    ],
    [
      'wa.me without a sample, for the sample',
      [PLAIN, buttons(link('https://wa.me/{{1}}'))],
      MISSING,
      /\(example\)/,
    ],
    ['no number', [PLAIN, buttons({ type: 'PHONE_NUMBER', text: 'Call' })], MISSING, /\(phone_number\)/],
    [
      'a number of 21 characters',
      [PLAIN, buttons(phone('1'.repeat(21)))],
      LENGTH,
      /phone number can have at most 20/,
    ],
    ['no code', [PLAIN, buttons({ type: 'COPY_CODE' })], MISSING, /\(example\)/],
    [
      'a code of 21 characters',
      [PLAIN, buttons(code('X'.repeat(21)))],
      LENGTH,
      /offer code can have at most 20/,
    ],
    ['no flow', [PLAIN, buttons(flow({}))], MISSING, /\(flow_id\)/],
    [
      'a flow by id and name',
      [PLAIN, buttons(flow({ flow_id: '1', flow_name: 'x' }))],
      BUTTON,
      /Exactly one/,
    ],
    ['an unknown flow', [PLAIN, buttons(flow({ flow_id: '1' }))], BUTTON, /no flow 1/],
    ['a draft of a flow', [PLAIN, buttons(flow({ flow_name: 'customer_survey' }))], BUTTON, /not published/],
    [
      'an unknown action of a flow',
      [PLAIN, buttons(flow({ flow_name: 'appointment_booking', flow_action: 'jump' }))],
      NONE,
      /must be one of \{NAVIGATE, DATA_EXCHANGE\}/,
    ],

    ['an offer with a footer', [offer(), PLAIN, footer('Bye'), buttons(code())], NONE, /has no footer/],
    [
      'an offer whose code is not first',
      [offer(), PLAIN, buttons(link(), code())],
      NONE,
      /must be the first button/,
    ],
    [
      'an offer that ends without a code',
      [offer(), PLAIN, buttons(link())],
      NONE,
      /needs a copy code button/,
    ],
    [
      'an offer of 17 characters',
      [offer({ text: 'x'.repeat(17) }), PLAIN, buttons(code())],
      LENGTH,
      /at most 16/,
    ],
    [
      'an offer without a text',
      [offer({ text: '' }), PLAIN, buttons(code())],
      MISSING,
      /LIMITED_TIME_OFFER is missing/,
    ],
    [
      'an offer’s body of 601 characters',
      [offer(), body('x'.repeat(601)), buttons(code())],
      LENGTH,
      /at most 600/,
    ],
    ['an offer under a text', [header('Hi'), offer(), PLAIN, buttons(code())], HEADER, /IMAGE or VIDEO/],
    [
      'an offer that is a utility',
      [offer(), PLAIN, buttons(code())],
      NONE,
      /marketing/,
      { category: 'UTILITY' },
    ],

    ['one card', [PLAIN, carousel(full())], NONE, /2 to 10 cards, not 1/],
    ['eleven cards', [PLAIN, carousel(...times(11, () => full()))], NONE, /2 to 10 cards, not 11/],
    ['cards of a picture and a film', [PLAIN, carousel(full(), full('VIDEO'))], NONE, /same components/],
    [
      'cards with other buttons',
      [PLAIN, carousel(full(), card(media('IMAGE'), buttons(link(), link())))],
      NONE,
      /same components/,
    ],
    [
      'a text on one card only',
      [PLAIN, carousel(full(), full('IMAGE', body('Here it is.')))],
      NONE,
      /same components/,
    ],
    [
      'a card without a header',
      [PLAIN, carousel(card(PLAIN), card(PLAIN))],
      MISSING,
      /CAROUSEL is missing expected field\(s\) \(header\)/,
    ],
    [
      'a card with a text on top',
      [PLAIN, carousel(card(header('a')), card(header('a')))],
      NONE,
      /IMAGE or VIDEO or PRODUCT/,
    ],
    [
      'a card’s text of 161 characters',
      [PLAIN, carousel(...times(2, () => full('IMAGE', body('x'.repeat(161)))))],
      LENGTH,
      /at most 160/,
    ],
    [
      'three buttons on a card',
      [PLAIN, carousel(...times(2, () => card(media('IMAGE'), buttons(quick(), link(), link()))))],
      BUTTON,
      /at most 2/,
    ],
    [
      'a code on a card',
      [PLAIN, carousel(...times(2, () => card(media('IMAGE'), buttons(code()))))],
      BUTTON,
      /COPY_CODE can't be used here/,
    ],
    [
      'a footer on a card',
      [PLAIN, carousel(...times(2, () => full('IMAGE', footer('x'))))],
      NONE,
      /components\[1\]\['cards'\]\[0\]\['components'\]\[2\]\['type'\] must be one of/,
    ],
    [
      'a card’s picture with a URL',
      [PLAIN, carousel(...times(2, () => card(media('IMAGE', ['https://x.in/a.jpg']))))],
      SAMPLE,
      /IMAGE/,
    ],
    [
      'a footer under cards',
      [PLAIN, footer('x'), carousel(full(), full())],
      NONE,
      /no component of type FOOTER/,
    ],
    [
      'cards that are a utility',
      [PLAIN, carousel(full(), full())],
      NONE,
      /marketing/,
      { category: 'UTILITY' },
    ],

    [
      'an unknown format of variables',
      [PLAIN],
      NONE,
      /Param parameter_format must be one of/,
      { parameter_format: 'LETTERS' },
    ],
    ['a name that is no text', [PLAIN], NONE, /Param name must be a string/, { name: 5 }],
    ['a language as people write it', [PLAIN], 2388049, /English is not supported/, { language: 'English' }],
    ['a locale with a hyphen', [PLAIN], 2388049, /en-US/, { language: 'en-US' }],
    ['a code of a language that is not Meta’s', [PLAIN], 2388049, /no is not/, { language: 'no' }],
    [
      'too short a time to try',
      [PLAIN],
      NONE,
      /message_send_ttl_seconds must be an integer between 43200 and 2592000/,
      { message_send_ttl_seconds: 60 },
    ],
  ])('%s', async (_name, ...[components, subcode, text, more]) => {
    const { status, body: answer } = await create(components, more);
    const { error } = answer;
    expect([status, error?.code, error?.error_subcode]).toEqual([400, 100, subcode]);
    expect(error.error_user_msg ?? error.message).toMatch(text);
  });

  it('a number that is none, with a code of its own', async () => {
    for (const number of ['call me', '12345', '+91 80000 0000x']) {
      const { status, body: answer } = await create([PLAIN, buttons(quick(), phone(number))]);
      expect(status).toBe(400);
      expect(answer.error).toEqual({
        message: "(#192) Param components[1]['buttons'][1]['phone_number'] is not a valid phone number.",
        type: 'OAuthException',
        code: 192,
        fbtrace_id: expect.any(String),
      });
    }
  });

  it('content that is there, and another category in another language, in the captured words', async () => {
    const name = 'rules_twice';
    await create([PLAIN], { name, category: 'UTILITY' });
    expect((await create([PLAIN], { name, category: 'UTILITY' })).body.error).toEqual({
      message: 'Invalid parameter',
      type: 'OAuthException',
      code: 100,
      error_subcode: 2388024,
      is_transient: false,
      error_user_title: 'Content in This Language Already Exists',
      error_user_msg:
        'There is already English (US) content for this template. You can create a new template and try again.',
      fbtrace_id: expect.any(String),
    });
    const { error } = (await create([PLAIN], { name, language: 'hi' })).body;
    expect([error.error_subcode, error.error_user_title, error.error_user_msg]).toEqual([
      undefined,
      "Template Category Doesn't Match",
      "The category MARKETING doesn't match the one that's already associated with this template, UTILITY.",
    ]);
  });
});

describe('Meta stores', () => {
  it('enums in upper case and samples of media as URLs of its own', async () => {
    const url = expect.stringMatching(/^https:\/\/scontent\.whatsapp\.net\/.+\.mp4$/);
    const sample = { type: 'HEADER', format: 'VIDEO', example: { header_handle: [url] } };
    expect(
      await stored([
        { ...media('video'), type: 'header' },
        { ...PLAIN, type: 'body' },
      ]),
    ).toEqual([sample, PLAIN]);
    const [, { cards }] = await stored([PLAIN, carousel(full('VIDEO'), full('VIDEO'))]);
    expect(cards[1]).toEqual({ components: [sample, buttons(quick(), link())] });
  });

  it('the labels and samples of buttons as it shows them', async () => {
    const address = link('https://x.in/t/{{1}}', { example: '1043' });
    const [, { buttons: shown }] = await stored([PLAIN, buttons(code(), address)]);
    expect(shown).toEqual([
      { type: 'COPY_CODE', text: 'Copy offer code', example: ['DIWALI20'] },
      { ...address, example: ['1043'] },
    ]);
    const [, { buttons: catalogue }] = await stored([PLAIN, buttons({ type: 'CATALOG' })]);
    expect(catalogue).toEqual([{ type: 'CATALOG', text: 'View catalog' }]);
    const [, { buttons: products }] = await stored([PLAIN, buttons({ type: 'MPM', text: 'See all' })]);
    expect(products).toEqual([{ type: 'MPM', text: 'See all' }]);
  });

  it('the id of a flow as a number, however it was named', async () => {
    const wanted = { type: 'FLOW', text: 'Book', flow_id: Number(flowId), flow_action: 'NAVIGATE' };
    const [, byName] = await stored([PLAIN, buttons(flow({ flow_name: 'appointment_booking' }))]);
    expect(byName.buttons).toEqual([wanted]);
    const [, byId] = await stored([PLAIN, buttons(flow({ flow_id: flowId, flow_action: 'data_exchange' }))]);
    expect(byId.buttons).toEqual([{ ...wanted, flow_action: 'DATA_EXCHANGE' }]);
  });
});
