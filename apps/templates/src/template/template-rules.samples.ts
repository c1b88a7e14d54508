import type { TemplateToCheck } from '@wbiz/contracts/template/rules';

/** Our refusal and Meta's of the same body; Meta's subcode if its documentation or answers give it. */
type Refused = {
  readonly pointer: string;
  readonly code: string;
  readonly meta: { readonly code: number; readonly subcode?: number };
};
export type TemplateCase = {
  readonly title: string;
  readonly template: TemplateToCheck;
  readonly verdict: 'ok' | Refused;
};

type Part = Readonly<Record<string, unknown>>;
const x = (length: number) => 'x'.repeat(length);
const body = (text: unknown, ...examples: string[]): Part => ({
  type: 'BODY',
  text,
  ...(examples.length ? { example: { body_text: [examples] } } : {}),
});
const HELLO = body('Your order has been shipped.');
const header = (text: unknown, ...examples: string[]): Part => ({
  type: 'HEADER',
  format: 'TEXT',
  text,
  ...(examples.length ? { example: { header_text: examples } } : {}),
});
const HANDLE =
  '4::aW1hZ2UvcG5n:ARYpf5zqqUjggwGfsZOJ2_o26Zs8:e:1759093121:634974688087057:ARYyOAh63uQLhDpqOdk';
const media = (format: string, sample: unknown = HANDLE): Part => ({
  type: 'HEADER',
  format,
  example: { header_handle: [sample] },
});
const footer = (text: unknown): Part => ({ type: 'FOOTER', text });
const buttons = (...given: unknown[]): Part => ({ type: 'BUTTONS', buttons: given });
const reply = (text: unknown = 'Help'): Part => ({ type: 'QUICK_REPLY', text });
const url = (link: unknown = 'https://example.com/orders', ...example: string[]): Part => ({
  type: 'URL',
  text: 'Track',
  url: link,
  ...(example.length ? { example } : {}),
});
const phone = (number: unknown = '+15550051310'): Part => ({
  type: 'PHONE_NUMBER',
  text: 'Call',
  phone_number: number,
});
const coupon = (example: unknown = '25OFF'): Part => ({ type: 'COPY_CODE', example });
const flow = (more: Part): Part => ({ type: 'FLOW', text: 'Book a table', ...more });
const named = (text: string, examples: Readonly<Record<string, string>>): Part => ({
  type: 'BODY',
  text,
  example: {
    body_text_named_params: Object.entries(examples).map(([name, example]) => ({
      param_name: name,
      example,
    })),
  },
});

const of =
  (category: string) =>
  (...components: unknown[]): TemplateToCheck => ({
    name: 'order_shipped',
    language: 'en_US',
    category,
    components,
  });
const utility = of('UTILITY');
const marketing = of('MARKETING');
const NAMED = { parameterFormat: 'NAMED' };

const app = { package_name: 'com.example.luckyshrub', signature_hash: 'K8a/AINcGX7' };
const otp = (more: Part = { otp_type: 'COPY_CODE' }): Part => ({ type: 'OTP', ...more });
const oneTap = (more: Part = { supported_apps: [app] }): Part => otp({ otp_type: 'ONE_TAP', ...more });
const code = (...components: unknown[]) => of('AUTHENTICATION')({ type: 'BODY' }, ...components);

const card = (...components: unknown[]) => ({ components });
const mediaCard = (...given: unknown[]) => card(media('IMAGE'), buttons(...(given.length ? given : [url()])));
const carousel = (...cards: unknown[]) =>
  marketing(body('See what came in this week.'), { type: 'CAROUSEL', cards });
const cards = <Card>(count: number, one: Card) => Array.from({ length: count }, () => one);

const offer = (more: Part = {}): Part => ({
  type: 'LIMITED_TIME_OFFER',
  limited_time_offer: { text: 'Expiring offer!', has_expiration: true, ...more },
});
const OFFERED = body('Good news, {{1}}! Use code {{2}} to get 25% off all packages!', 'Pablo', 'CARIBE25');

const accepted = (title: string, template: TemplateToCheck): TemplateCase => ({
  title,
  template,
  verdict: 'ok',
});
const refused = (
  title: string,
  template: TemplateToCheck,
  [pointer, code, subcode]: readonly [pointer: string, code: string, subcode?: number],
  metaCode = 100,
): TemplateCase => ({
  title,
  template,
  verdict: { pointer, code, meta: { code: metaCode, ...(subcode ? { subcode } : {}) } },
});
/** Meta's subcodes (docs: template creation errors, and observed answers). */
const [TOO_LONG, UNEXPECTED, MISSING, NAME] = [2388040, 2388042, 2388043, 2388046];
const [HEADER, BODY, FOOTER, LANGUAGE, BUTTON] = [2388047, 2388072, 2388073, 2388049, 2388060];
const [WHATSAPP_LINK, SAMPLE, RATIO, EDGE] = [2388081, 2388273, 2388293, 2388299];

const TEXT = '/components/0/text';
const FIRST_BUTTON = '/components/1/buttons/0';

/** Templates and whether Meta accepts them, from its documentation and observed answers. */
export const TEMPLATE_CASES: readonly TemplateCase[] = [
  accepted(
    'the example of the API reference',
    utility(body('Hi {{1}}, order {{2}} is on its way.', 'Gaurav', '#1043')),
  ),
  accepted('no variables', utility(HELLO)),
  accepted('words in lower case', {
    ...of('utility')({
      type: 'body',
      text: 'Hi {{1}}, your order is here.',
      example: { body_text: [['Asha']] },
    }),
    parameterFormat: 'positional',
  }),
  accepted('a list of examples without another around it', {
    ...utility({ ...body('Hi {{1}}, order {{2}} is on its way.'), example: { body_text: ['Asha', '7'] } }),
  }),
  accepted(
    'one example without any list',
    marketing({ ...body('Rare succulents for sale! {{1}}, come and see.'), example: { body_text: 'Pablo' } }),
  ),
  accepted(
    'a sign beside a variable',
    utility(body('Good news {{1}}! Your order #{{2}} is on its way to you.', 'Mark', '566701')),
  ),
  accepted('formatting, a link and two line breaks', utility(body('*All set!*\n\nSee https://example.com.'))),
  accepted('four spaces', utility(body('Tea    and cakes.'))),
  accepted('ten emojis', marketing(body(`Happy Diwali! ${'🎉'.repeat(10)}`))),
  accepted('a body of 1,024 characters', utility(body(x(1024)))),
  accepted('a body of 1,024 characters outside the basic plane', utility(body('𝐀'.repeat(1024)))),
  accepted('a name of 512 characters', { ...utility(HELLO), name: x(512) }),
  accepted('a language without a country', { ...utility(HELLO), language: 'hi' }),
  accepted('a language of three letters', { ...utility(HELLO), language: 'fil' }),
  accepted('a language that has only the one country', { ...utility(HELLO), language: 'rw_RW' }),
  accepted(
    'words of a script without spaces',
    utility(body('您好{{1}},您的订单已经发货,请注意查收。', '王'), footer('谢谢')),
  ),

  accepted('named variables', {
    ...utility(
      named('Your reservation for {{number_of_guests}} at the eatery on {{day}} is confirmed. See you!', {
        number_of_guests: '4',
        day: 'Saturday',
      }),
    ),
    ...NAMED,
  }),
  accepted('a named variable in the header', {
    ...marketing(
      {
        ...header('Our new sale starts {{sale_start_date}}!'),
        example: { header_text_named_params: [{ param_name: 'sale_start_date', example: 'December 1st' }] },
      },
      HELLO,
    ),
    ...NAMED,
  }),

  accepted('a text header of 60 characters', utility(header(x(60)), HELLO)),
  accepted('a header that ends with its variable', utility(header('Order {{1}}', '#1043'), HELLO)),
  accepted('an underscore in a header', utility(header('About order_id 7'), HELLO)),
  accepted('an image header', utility(media('IMAGE'), HELLO)),
  accepted('a video header', marketing(media('VIDEO'), HELLO)),
  accepted('a document header', utility(media('DOCUMENT'), HELLO)),
  accepted('a location header', utility({ type: 'HEADER', format: 'LOCATION' }, HELLO)),
  accepted('a footer of 60 characters', utility(HELLO, footer(x(60)))),

  accepted(
    'ten quick replies',
    utility(HELLO, buttons(...cards(10, reply()).map((_, n) => reply(`No ${n}`)))),
  ),
  accepted(
    'quick replies before the others',
    utility(HELLO, buttons(reply('Yes'), reply('No'), url(), phone())),
  ),
  accepted(
    'quick replies after the others',
    utility(HELLO, buttons(url(), phone(), reply('Yes'), reply('No'))),
  ),
  accepted(
    'a link with a variable',
    utility(HELLO, buttons(url('https://example.com/orders?id={{1}}', '1043'))),
  ),
  accepted('two links', utility(HELLO, buttons(url(), { ...url('https://example.com/shop'), text: 'Shop' }))),
  accepted('a label of 25 characters', utility(HELLO, buttons(reply(x(25))))),
  accepted(
    'a coupon code of 20 characters',
    marketing(HELLO, buttons(reply(), coupon('fLBponPDsqF0KQThzkrf'))),
  ),
  accepted('a flow by its id', utility(HELLO, buttons(flow({ flow_id: '101', flow_action: 'navigate' })))),
  accepted(
    'a flow by its name, with an endpoint',
    utility(HELLO, buttons(flow({ flow_name: 'booking', flow_action: 'data_exchange' }))),
  ),
  accepted('a catalogue', marketing(HELLO, buttons({ type: 'CATALOG', text: 'View catalog' }))),
  accepted(
    'several products',
    marketing(
      header('Forget something, {{1}}?', 'Pablo'),
      body('Still interested? Use code {{1}} to get 10% off!', '10OFF'),
      buttons({ type: 'MPM', text: 'View items' }),
    ),
  ),
  accepted(
    'one product',
    marketing({ type: 'HEADER', format: 'PRODUCT' }, HELLO, buttons({ type: 'SPM', text: 'View' })),
  ),
  accepted(
    'asking whether one may call',
    marketing(body('We would like to call you to help support your order.'), {
      type: 'CALL_PERMISSION_REQUEST',
    }),
  ),

  accepted('a code to copy', code(buttons(otp()))),
  accepted(
    'a code with all that can be chosen',
    of('AUTHENTICATION')(
      { type: 'BODY', add_security_recommendation: true },
      { type: 'FOOTER', code_expiration_minutes: 90 },
      buttons(otp({ otp_type: 'COPY_CODE', text: 'Copy code' })),
    ),
  ),
  accepted('a code by one tap', code(buttons(oneTap({ autofill_text: 'Autofill', supported_apps: [app] })))),
  accepted(
    'a code without a tap',
    code(buttons(otp({ otp_type: 'zero_tap', zero_tap_terms_accepted: true, supported_apps: [app] }))),
  ),

  accepted('two cards', carousel(...cards(2, mediaCard()))),
  accepted('ten cards with two buttons', carousel(...cards(10, mediaCard(reply(), url())))),
  accepted(
    'cards with a video and a body of 160 characters',
    carousel(...cards(2, card(media('VIDEO'), body(x(160)), buttons(reply())))),
  ),
  accepted(
    'cards with links that have a variable',
    carousel(...cards(3, mediaCard(reply(), url('https://example.com/{{1}}', 'BLUE_ELF')))),
  ),
  accepted(
    'cards of products',
    carousel(
      ...cards(2, card({ type: 'HEADER', format: 'PRODUCT' }, buttons({ type: 'SPM', text: 'View' }))),
    ),
  ),
  accepted(
    'an offer that expires',
    marketing(
      media('IMAGE'),
      offer(),
      OFFERED,
      buttons(coupon(), url('https://example.com/o?c={{1}}', 'n3')),
    ),
  ),
  accepted('an offer that does not', marketing(offer({ has_expiration: false }), OFFERED, buttons(url()))),

  accepted('a code that is tried for a minute', { ...code(buttons(otp())), messageSendTtlSeconds: 60 }),
  accepted('news that are tried for 30 days', { ...utility(HELLO), messageSendTtlSeconds: -1 }),
  accepted('an advertisement that is tried for 12 hours', {
    ...marketing(HELLO),
    messageSendTtlSeconds: 43_200,
  }),

  refused('a name with capitals', { ...utility(HELLO), name: 'Order_Shipped' }, ['/name', 'matches', NAME]),
  refused('a name with a hyphen', { ...utility(HELLO), name: 'order-shipped' }, ['/name', 'matches', NAME]),
  refused('a name of 513 characters', { ...utility(HELLO), name: x(513) }, ['/name', 'max_length']),
  refused('en-US', { ...utility(HELLO), language: 'en-US' }, ['/language', 'is_in', LANGUAGE]),
  refused('no for Norwegian', { ...utility(HELLO), language: 'no' }, ['/language', 'is_in', LANGUAGE]),
  refused('tl for Filipino', { ...utility(HELLO), language: 'tl' }, ['/language', 'is_in', LANGUAGE]),
  refused('no language of this world', { ...utility(HELLO), language: 'xx' }, [
    '/language',
    'is_in',
    LANGUAGE,
  ]),
  refused('an unknown category', of('PROMOTION')(HELLO), ['/category', 'is_in']),
  refused('an unknown format of variables', { ...utility(HELLO), parameterFormat: 'NUMBERED' }, [
    '/parameterFormat',
    'is_in',
  ]),
  refused('no components', utility(), ['/components', 'array_min_size']),
  refused('no body', utility(header('Shipped')), ['/components', 'required']),
  refused('two bodies', utility(HELLO, body('And paid.')), ['/components/1/type', 'not_unique']),
  refused('an unknown component', utility(HELLO, { type: 'SIDEBAR' }), ['/components/1/type', 'is_in']),
  refused('a component of no type', utility(HELLO, { text: 'Hi' }), ['/components/1/type', 'required']),
  refused('a component that is a text', utility(HELLO, 'FOOTER'), ['/components/1', 'is_object']),
  refused('news that are tried for a day', { ...utility(HELLO), messageSendTtlSeconds: 86_400 }, [
    '/messageSendTtlSeconds',
    'range',
  ]),
  refused('a code that is tried for an hour', { ...code(buttons(otp())), messageSendTtlSeconds: 3_600 }, [
    '/messageSendTtlSeconds',
    'range',
  ]),
  refused(
    'an advertisement that is tried for an hour',
    { ...marketing(HELLO), messageSendTtlSeconds: 3_600 },
    ['/messageSendTtlSeconds', 'range'],
  ),

  refused('a body without text', utility({ type: 'BODY' }), [TEXT, 'required', MISSING]),
  refused('an empty body', utility(body('')), [TEXT, 'min_length']),
  refused('a body of 1,025 characters', utility(body(x(1025))), [TEXT, 'max_length', TOO_LONG]),
  refused('three line breaks', utility(body('Hello.\n\n\nBye.')), [TEXT, 'text_format', BODY]),
  refused('five spaces', utility(body('Tea     and cakes.')), [TEXT, 'text_format', BODY]),
  refused('eleven emojis', marketing(body(`Happy Diwali! ${'🎉'.repeat(11)}`)), [TEXT, 'text_format', BODY]),
  refused('no example', utility(body('Hi {{1}}, your order is here.')), [
    '/components/0/example',
    'example_required',
    MISSING,
  ]),
  refused('one example for two variables', utility(body('Hi {{1}}, order {{2}} is on its way.', 'Asha')), [
    '/components/0/example',
    'example_required',
    MISSING,
  ]),
  refused(
    'a named variable without an example',
    {
      ...utility(named('Hi {{first_name}}, your order {{order_id}} is here.', { first_name: 'Asha' })),
      ...NAMED,
    },
    ['/components/0/example', 'example_required', MISSING],
  ),
  refused(
    'numbered examples of named variables',
    { ...utility(body('Hi {{first_name}}, your order is here.', 'Asha')), ...NAMED },
    ['/components/0/example', 'example_required', MISSING],
  ),
  refused('a gap in the numbers', utility(body('Hi {{1}}, order {{3}} is on its way.', 'Asha', '7')), [
    TEXT,
    'variable_gap',
    BODY,
  ]),
  refused('numbers that begin with 2', utility(body('Hi {{2}}, your order is here.', 'Asha')), [
    TEXT,
    'variable_gap',
    BODY,
  ]),
  refused(
    'a named variable without parameterFormat',
    utility(body('Hi {{name}}, your order is here.', 'Asha')),
    [TEXT, 'variable_format', BODY],
  ),
  refused(
    'a numbered variable with parameterFormat NAMED',
    { ...utility(body('Hi {{1}}, your order is here.', 'Asha')), ...NAMED },
    [TEXT, 'variable_format', BODY],
  ),
  refused(
    'numbers and names mixed',
    { ...utility(named('Hi {{name}}, order {{1}} is on its way.', { name: 'Asha' })), ...NAMED },
    [TEXT, 'variable_format', BODY],
  ),
  refused(
    'a name with a capital',
    { ...utility(named('Hi {{firstName}}, your order is here.', { firstName: 'Asha' })), ...NAMED },
    [TEXT, 'variable_format', BODY],
  ),
  refused('braces that do not match', utility(body('Hi {{1}, your order is here.', 'Asha')), [
    TEXT,
    'variable_syntax',
    BODY,
  ]),
  refused('a sign in a variable', utility(body('Hi {{#1}}, your order is here.', 'Asha')), [
    TEXT,
    'variable_syntax',
    BODY,
  ]),
  refused('a variable at the start', utility(body('{{1}}, your order is here.', 'Asha')), [
    TEXT,
    'variable_at_edge',
    EDGE,
  ]),
  refused('a variable at the end', utility(body('Your order has been cancelled: {{1}}', 'no stock')), [
    TEXT,
    'variable_at_edge',
    EDGE,
  ]),
  refused('only a full stop after a variable', utility(body('The total of your order is {{1}}.', '100')), [
    TEXT,
    'variable_at_edge',
    EDGE,
  ]),
  refused('two variables side by side', utility(body('Dear {{1}} {{2}}, your order is here.', 'Ms', 'Rao')), [
    TEXT,
    'variables_adjacent',
  ]),
  refused('too many variables for its words', utility(body('Hi {{1}}, {{2}}, {{3}} bye', 'a', 'b', 'c')), [
    TEXT,
    'too_many_variables',
    RATIO,
  ]),

  refused('a header of no format', utility({ type: 'HEADER', text: 'Hi' }, HELLO), [
    '/components/0/format',
    'required',
  ]),
  refused('a header of an unknown format', utility({ type: 'HEADER', format: 'AUDIO' }, HELLO), [
    '/components/0/format',
    'is_in',
  ]),
  refused('a header of 61 characters', utility(header(x(61)), HELLO), [TEXT, 'max_length', TOO_LONG]),
  refused('two variables in a header', utility(header('Order {{1}} of {{2}}', '7', 'May'), HELLO), [
    TEXT,
    'too_many_variables',
    HEADER,
  ]),
  refused('a header on two lines', utility(header('Order\nshipped'), HELLO), [TEXT, 'text_format', HEADER]),
  refused('bold in a header', utility(header('Order *shipped*'), HELLO), [TEXT, 'text_format', HEADER]),
  refused('italics in a header', utility(header('Order _shipped_'), HELLO), [TEXT, 'text_format', HEADER]),
  refused('an emoji in a header', utility(header('Order shipped 🚚'), HELLO), [TEXT, 'text_format', HEADER]),
  refused('a variable in a header without example', utility(header('Order {{1}}'), HELLO), [
    '/components/0/example',
    'example_required',
    MISSING,
  ]),
  refused('an image without sample', utility({ type: 'HEADER', format: 'IMAGE' }, HELLO), [
    '/components/0/example',
    'example_required',
    SAMPLE,
  ]),
  refused('an id of Meta’s for a sample', utility(media('IMAGE', '1037543291543636'), HELLO), [
    '/components/0/example/header_handle',
    'matches',
    SAMPLE,
  ]),

  refused('a footer of 61 characters', utility(HELLO, footer(x(61))), [
    '/components/1/text',
    'max_length',
    TOO_LONG,
  ]),
  refused('a variable in a footer', utility(HELLO, footer('Order {{1}} of May')), [
    '/components/1/text',
    'variable_not_allowed',
    FOOTER,
  ]),
  refused('a footer on two lines', utility(HELLO, footer('Lucky\nShrub')), [
    '/components/1/text',
    'text_format',
    FOOTER,
  ]),
  refused('an emoji in a footer', utility(HELLO, footer('Lucky Shrub 🌵')), [
    '/components/1/text',
    'text_format',
    FOOTER,
  ]),

  refused('no buttons among the buttons', utility(HELLO, buttons()), [
    '/components/1/buttons',
    'array_min_size',
  ]),
  refused('eleven buttons', utility(HELLO, buttons(...cards(11, reply()).map((_, n) => reply(`No ${n}`)))), [
    '/components/1/buttons',
    'array_max_size',
    BUTTON,
  ]),
  refused('three links', utility(HELLO, buttons(url(), { ...url(), text: 'A' }, { ...url(), text: 'B' })), [
    '/components/1/buttons/2/type',
    'array_max_size',
    BUTTON,
  ]),
  refused('two phone numbers', utility(HELLO, buttons(phone(), { ...phone(), text: 'Ring' })), [
    '/components/1/buttons/1/type',
    'array_max_size',
    BUTTON,
  ]),
  refused('two coupon codes', marketing(HELLO, buttons(coupon('A1'), coupon('B2'))), [
    '/components/1/buttons/1/type',
    'array_max_size',
    BUTTON,
  ]),
  refused('a link between quick replies', utility(HELLO, buttons(reply('Yes'), url(), reply('No'))), [
    '/components/1/buttons',
    'button_order',
    BUTTON,
  ]),
  refused('a button of an unknown type', utility(HELLO, buttons({ type: 'REPLY', text: 'Yes' })), [
    `${FIRST_BUTTON}/type`,
    'is_in',
  ]),
  refused('a quick reply without label', utility(HELLO, buttons({ type: 'QUICK_REPLY' })), [
    `${FIRST_BUTTON}/text`,
    'required',
    MISSING,
  ]),
  refused('a label of 26 characters', utility(HELLO, buttons(reply(x(26)))), [
    `${FIRST_BUTTON}/text`,
    'max_length',
    TOO_LONG,
  ]),
  refused('a variable in a label', utility(HELLO, buttons(reply('Order {{1}}'))), [
    `${FIRST_BUTTON}/text`,
    'variable_not_allowed',
    BUTTON,
  ]),
  refused('an emoji in a label', utility(HELLO, buttons(reply('Fine 👍'))), [
    `${FIRST_BUTTON}/text`,
    'text_format',
    BUTTON,
  ]),
  refused('a label on two lines', utility(HELLO, buttons(reply('Yes\nplease'))), [
    `${FIRST_BUTTON}/text`,
    'text_format',
    BUTTON,
  ]),
  refused('a link without url', utility(HELLO, buttons({ type: 'URL', text: 'Track' })), [
    `${FIRST_BUTTON}/url`,
    'required',
    MISSING,
  ]),
  refused('a url of 2,001 characters', utility(HELLO, buttons(url(`https://example.com/${x(1981)}`))), [
    `${FIRST_BUTTON}/url`,
    'max_length',
    TOO_LONG,
  ]),
  refused('a url that is none', utility(HELLO, buttons(url('example'))), [`${FIRST_BUTTON}/url`, 'matches']),
  refused('a link to wa.me', utility(HELLO, buttons(url('https://wa.me/918899332211'))), [
    `${FIRST_BUTTON}/url`,
    'not_allowed',
    WHATSAPP_LINK,
  ]),
  refused('a variable inside a url', utility(HELLO, buttons(url('https://example.com/{{1}}/track', '7'))), [
    `${FIRST_BUTTON}/url`,
    'variable_place',
    BUTTON,
  ]),
  refused(
    'two variables in a url',
    utility(HELLO, buttons(url('https://example.com/{{1}}/{{2}}', '7', '8'))),
    [`${FIRST_BUTTON}/url`, 'variable_place', BUTTON],
  ),
  refused('a variable in a url without example', utility(HELLO, buttons(url('https://example.com/{{1}}'))), [
    `${FIRST_BUTTON}/example`,
    'example_required',
    MISSING,
  ]),
  refused('a call to nobody', utility(HELLO, buttons({ type: 'PHONE_NUMBER', text: 'Call' })), [
    `${FIRST_BUTTON}/phone_number`,
    'required',
    MISSING,
  ]),
  refused('a phone number of 21 characters', utility(HELLO, buttons(phone('1'.repeat(21)))), [
    `${FIRST_BUTTON}/phone_number`,
    'max_length',
  ]),
  refused(
    'a phone number in words',
    utility(HELLO, buttons(phone('call me'))),
    [`${FIRST_BUTTON}/phone_number`, 'matches'],
    192,
  ),
  refused('a coupon code without example', marketing(HELLO, buttons({ type: 'COPY_CODE' })), [
    `${FIRST_BUTTON}/example`,
    'required',
    MISSING,
  ]),
  refused('a coupon code of 21 characters', marketing(HELLO, buttons(coupon(x(21)))), [
    `${FIRST_BUTTON}/example`,
    'max_length',
    TOO_LONG,
  ]),
  refused('a flow that is not named', utility(HELLO, buttons(flow({ flow_action: 'navigate' }))), [
    `${FIRST_BUTTON}/flow_id`,
    'required',
  ]),
  refused('a one-time password in a template of another kind', utility(HELLO, buttons(otp())), [
    `${FIRST_BUTTON}/type`,
    'is_in',
  ]),

  refused('a text of one’s own for a code', of('AUTHENTICATION')(body('Your code'), buttons(otp())), [
    TEXT,
    'not_allowed',
    UNEXPECTED,
  ]),
  refused('a header above a code', code(header('Code'), buttons(otp())), ['/components/1/type', 'is_in']),
  refused('a code without button', code(), ['/components', 'required']),
  refused('a code with a quick reply', code(buttons(reply())), [`${FIRST_BUTTON}/type`, 'is_in']),
  refused('a code with two buttons', code(buttons(otp(), otp())), [
    '/components/1/buttons',
    'array_max_size',
  ]),
  refused(
    'a code that expires at once',
    code({ type: 'FOOTER', code_expiration_minutes: 0 }, buttons(otp())),
    ['/components/1/code_expiration_minutes', 'range'],
  ),
  refused(
    'a code that expires after 91 minutes',
    code({ type: 'FOOTER', code_expiration_minutes: 91 }, buttons(otp())),
    ['/components/1/code_expiration_minutes', 'range'],
  ),
  refused('an unknown way to hand over a code', code(buttons(otp({ otp_type: 'TWO_TAP' }))), [
    `${FIRST_BUTTON}/otp_type`,
    'is_in',
  ]),
  refused('one tap into no app', code(buttons(oneTap({}))), [`${FIRST_BUTTON}/supported_apps`, 'required']),
  refused('one tap into six apps', code(buttons(oneTap({ supported_apps: cards(6, app) }))), [
    `${FIRST_BUTTON}/supported_apps`,
    'array_max_size',
  ]),
  refused(
    'one tap into an app without dots',
    code(buttons(oneTap({ supported_apps: [{ ...app, package_name: 'shop' }] }))),
    [`${FIRST_BUTTON}/supported_apps/0/package_name`, 'matches'],
  ),
  refused(
    'a hash of ten characters',
    code(buttons(oneTap({ supported_apps: [{ ...app, signature_hash: 'K8a/AINcGX' }] }))),
    [`${FIRST_BUTTON}/supported_apps/0/signature_hash`, 'matches'],
  ),
  refused(
    'no tap without terms accepted',
    code(buttons(otp({ otp_type: 'ZERO_TAP', supported_apps: [app] }))),
    [`${FIRST_BUTTON}/zero_tap_terms_accepted`, 'required'],
  ),

  refused('one card', carousel(mediaCard()), ['/components/1/cards', 'array_min_size']),
  refused('eleven cards', carousel(...cards(11, mediaCard())), ['/components/1/cards', 'array_max_size']),
  refused('a carousel of no cards', marketing(HELLO, { type: 'CAROUSEL' }), [
    '/components/1/cards',
    'required',
  ]),
  refused('a carousel that is no marketing', { ...carousel(...cards(2, mediaCard())), category: 'UTILITY' }, [
    '/category',
    'not_allowed',
  ]),
  refused('a carousel without a body', marketing({ type: 'CAROUSEL', cards: cards(2, mediaCard()) }), [
    '/components',
    'required',
  ]),
  refused('a card without header', carousel(...cards(2, card(buttons(url())))), [
    '/components/1/cards/0/components',
    'required',
  ]),
  refused('a card with a text above', carousel(...cards(2, card(header('New'), buttons(url())))), [
    '/components/1/cards/0/components/0/format',
    'is_in',
  ]),
  refused(
    'a card without sample',
    carousel(...cards(2, card({ type: 'HEADER', format: 'IMAGE' }, buttons(url())))),
    ['/components/1/cards/0/components/0/example', 'example_required', SAMPLE],
  ),
  refused(
    'a body of 161 characters on a card',
    carousel(...cards(2, card(media('IMAGE'), body(x(161)), buttons(url())))),
    ['/components/1/cards/0/components/1/text', 'max_length', TOO_LONG],
  ),
  refused('three buttons on a card', carousel(...cards(2, mediaCard(reply('Yes'), reply('No'), url()))), [
    '/components/1/cards/0/components/1/buttons',
    'array_max_size',
  ]),
  refused('a video beside an image', carousel(mediaCard(), card(media('VIDEO'), buttons(url()))), [
    '/components/1/cards/1',
    'card_shape',
  ]),
  refused('other buttons on the second card', carousel(mediaCard(), mediaCard(reply())), [
    '/components/1/cards/1',
    'card_shape',
  ]),
  refused('a body on one card only', carousel(mediaCard(), card(media('IMAGE'), HELLO, buttons(url()))), [
    '/components/1/cards/1',
    'card_shape',
  ]),

  refused('an offer that is no marketing', utility(offer(), OFFERED, buttons(coupon(), url())), [
    '/category',
    'not_allowed',
  ]),
  refused('an offer of 17 characters', marketing(offer({ text: x(17) }), OFFERED, buttons(coupon(), url())), [
    '/components/0/limited_time_offer/text',
    'max_length',
    TOO_LONG,
  ]),
  refused(
    'an offer with a body of 601 characters',
    marketing(offer(), body(x(601)), buttons(coupon(), url())),
    ['/components/1/text', 'max_length', TOO_LONG],
  ),
  refused('an offer with a footer', marketing(offer(), OFFERED, footer('Shop'), buttons(coupon(), url())), [
    '/components/2/type',
    'not_allowed',
  ]),
  refused(
    'an offer under a document',
    marketing(media('DOCUMENT'), offer(), OFFERED, buttons(coupon(), url())),
    ['/components/0/format', 'is_in'],
  ),
  refused('an offer whose code comes second', marketing(offer(), OFFERED, buttons(url(), coupon())), [
    '/components/2/buttons',
    'button_order',
  ]),
  refused('an offer that expires, without a code', marketing(offer(), OFFERED, buttons(url())), [
    '/components/0/limited_time_offer/has_expiration',
    'not_allowed',
  ]),
];
