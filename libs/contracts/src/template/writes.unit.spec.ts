import { describe, expect, it } from '@jest/globals';
import { withExamplesOf } from './examples.js';
import { languageMeant, TEMPLATE_LANGUAGES } from './languages.js';
import { parseBody } from '../schema/parse.js';
import { faultsOfTemplate } from './rules.js';
import { CreateTemplate, UpdateTemplate } from './writes.js';

const ORDER_SHIPPED = {
  name: 'order_shipped',
  language: 'en_US',
  category: 'UTILITY',
  components: [
    {
      type: 'BODY',
      text: 'Hi {{1}}, order {{2}} is on its way.',
      example: { body_text: [['Gaurav', '#1043']] },
    },
  ],
};

describe('a new template', () => {
  it('has the words of Meta in upper case, however they are written', () => {
    const given = {
      ...ORDER_SHIPPED,
      category: 'marketing',
      parameterFormat: 'positional',
      components: [
        { type: 'header', format: 'image', example: { header_handle: ['4::a'] } },
        ...ORDER_SHIPPED.components,
        {
          type: 'carousel',
          cards: [1, 2].map(() => ({
            components: [
              { type: 'header', format: 'video', example: { header_handle: ['4::a'] } },
              { type: 'buttons', buttons: [{ type: 'quick_reply', text: 'yes' }] },
            ],
          })),
        },
      ],
    };
    const { value, faults } = parseBody(CreateTemplate, given);
    expect(faults).toEqual([]);
    expect(value).toMatchObject({ category: 'MARKETING', parameterFormat: 'POSITIONAL' });
    expect(value.components).toMatchObject([
      { type: 'HEADER', format: 'IMAGE', example: { header_handle: ['4::a'] } },
      { type: 'BODY' },
      {
        type: 'CAROUSEL',
        cards: [1, 2].map(() => ({
          components: [
            { type: 'HEADER', format: 'VIDEO' },
            { type: 'BUTTONS', buttons: [{ type: 'QUICK_REPLY', text: 'yes' }] },
          ],
        })),
      },
    ]);
  });

  it.each(['med_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E', 'https://example.com/a.jpg', '4::aW1hZ2U=', '2:c2FtcGxl'])(
    'may have %s for the sample of its header',
    (sample) => {
      const header = { type: 'HEADER', format: 'IMAGE', example: { header_handle: [sample] } };
      const components = [header, ...ORDER_SHIPPED.components];
      expect(parseBody(CreateTemplate, { ...ORDER_SHIPPED, components }).faults).toEqual([]);
    },
  );

  it.each([
    [{ components: 'BODY' }, '/components', 'is_array'],
    [{ components: {} }, '/components', 'is_array'],
    [{ components: null }, '/components', 'is_array'],
    [{ name: 7 }, '/name', 'is_string'],
    [{ category: 7 }, '/category', 'is_in'],
    [{ status: 'approved' }, '/status', 'unknown_field'],
    [{ messageSendTtlSeconds: 1.5 }, '/messageSendTtlSeconds', 'is_int'],
  ])('cannot have %j', (more, pointer, code) =>
    expect(parseBody(CreateTemplate, { ...ORDER_SHIPPED, ...more }).faults).toMatchObject([
      { pointer, code },
    ]),
  );

  it('is told each fault in one answer', () => {
    const components = [
      { type: 'BODY', text: '{{1}}' },
      { type: 'FOOTER', text: 'x'.repeat(61) },
    ];
    expect(parseBody(CreateTemplate, { ...ORDER_SHIPPED, language: 'en-US', components }).faults).toEqual([
      {
        pointer: '/language',
        code: 'is_in',
        detail: "language must be one of Meta's language codes, such as en_US.",
      },
      {
        pointer: '/components/0/example',
        code: 'example_required',
        detail: 'components/0/example must give an example of {{1}}: {"body_text": [["…"]]}.',
      },
      expect.objectContaining({ pointer: '/components/0/text', code: 'variable_at_edge' }),
      expect.objectContaining({ pointer: '/components/0/text', code: 'too_many_variables' }),
      {
        pointer: '/components/1/text',
        code: 'max_length',
        detail: 'components/1/text must have at most 60 characters, and has 61.',
      },
    ]);
  });

  it.each<[object, string[]]>([
    [{ language: 'english', category: 'NEWS', components: 'foo' }, ['category', 'components', 'language']],
    [{ name: 'Order', status: 'approved' }, ['name', 'status']],
    [{ name: 7, language: 'en-US', category: undefined }, ['category', 'language', 'name']],
    [{ submit: 'no', components: [{ type: 'FOOTER', text: 'x' }] }, ['components', 'submit']],
    [{ category: 'NEWS', components: [{ type: 'FOOTER', text: 'x' }] }, ['category']],
  ])('is told the faults of %j at once', (more, fields) => {
    const { faults } = parseBody(CreateTemplate, { ...ORDER_SHIPPED, ...more });
    expect(faults.map(({ pointer }) => pointer.slice(1)).sort()).toEqual(fields);
  });

  it.each(['{{1}} is your code.', 'Your code is {{1}}', '“{{1}}”, that is it.'])(
    'is told in words that a variable is at the edge of %j',
    (text) => {
      const body = { type: 'BODY', text, example: { body_text: [['1']] } };
      expect(parseBody(CreateTemplate, { ...ORDER_SHIPPED, components: [body] }).faults).toContainEqual({
        pointer: '/components/0/text',
        code: 'variable_at_edge',
        detail:
          'components/0/text must have words before its first variable and after its last; punctuation does not count.',
      });
    },
  );

  it('cannot drown the check', () => {
    const components = Array.from({ length: 100_000 }, () => ({ type: 'BODY' }));
    expect(faultsOfTemplate({ ...ORDER_SHIPPED, components })).toHaveLength(1);
  });
});

describe('a language code', () => {
  it.each([
    ['en-US', 'en_US'],
    ['EN_gb', 'en_GB'],
    ['no', 'nb'],
    ['nn-NO', 'nb'],
    ['tl', 'fil'],
    ['iw', 'he'],
    ['pt', 'pt_BR'],
    ['zh-Hans', 'zh_CN'],
    ['hi_IN', 'hi'],
    ['si', 'si_LK'],
    ['xx', undefined],
    ['', undefined],
  ])('%s probably means %s', (code, meant) => {
    expect(TEMPLATE_LANGUAGES.has(code)).toBe(false);
    expect(languageMeant(code)).toBe(meant);
  });
  it('is one of 111', () => {
    expect(TEMPLATE_LANGUAGES.size).toBe(111);
    expect([...TEMPLATE_LANGUAGES]).toEqual(expect.arrayContaining(['nb', 'fil', 'prs_AF', 'ky_KG']));
  });
});

describe('a change', () => {
  it('is of something', () => {
    expect(parseBody(UpdateTemplate, {}).faults).toEqual([]);
    expect(parseBody(UpdateTemplate, { category: 'marketing' })).toMatchObject({
      faults: [],
      value: { category: 'MARKETING' },
    });
  });
  it.each(['name', 'language'])('is not of its %s', (field) =>
    expect(parseBody(UpdateTemplate, { category: 'UTILITY', [field]: 'hi' }).faults).toMatchObject([
      { pointer: `/${field}`, code: 'unknown_field' },
    ]),
  );

  it('as in the API reference passes with the examples that are stored', () => {
    const { value, faults } = parseBody(UpdateTemplate, {
      components: [{ type: 'BODY', text: 'Hi {{1}}, your order {{2}} shipped today.' }],
    });
    expect(faults).toEqual([]);
    const components = withExamplesOf(ORDER_SHIPPED.components, value.components!);
    expect(components).toEqual([
      {
        type: 'BODY',
        text: 'Hi {{1}}, your order {{2}} shipped today.',
        example: { body_text: [['Gaurav', '#1043']] },
      },
    ]);
    expect(faultsOfTemplate({ ...ORDER_SHIPPED, components })).toEqual([]);
  });
});

describe('examples of the stored template', () => {
  const handle = { header_handle: ['https://scontent.whatsapp.net/1'] };
  const stored = [
    { type: 'HEADER', format: 'IMAGE', example: handle },
    { type: 'BODY', text: 'Hi {{1}}, bye {{2}} now', example: { body_text: [['a', 'b']] } },
    {
      type: 'BUTTONS',
      buttons: [
        { type: 'QUICK_REPLY', text: 'Yes' },
        { type: 'URL', text: 'Go', url: 'https://x.in/{{1}}', example: ['7'] },
        { type: 'COPY_CODE', example: '25OFF' },
      ],
    },
    { type: 'CAROUSEL', cards: [{ components: [{ type: 'HEADER', format: 'IMAGE', example: handle }] }] },
  ];
  const filled = (component: { type: string } & Record<string, unknown>) =>
    withExamplesOf(stored, [component])[0];

  it.each([
    ['a body with as many variables', { type: 'body', text: '{{2}} {{1}}' }, { body_text: [['a', 'b']] }],
    ['the same kind of medium', { type: 'HEADER', format: 'image' }, handle],
    ['a body with fewer', { type: 'BODY', text: 'Hi {{1}} there' }, undefined],
    ['a body with more', { type: 'BODY', text: '{{1}} {{2}} {{3}}' }, undefined],
    ['a body with none', { type: 'BODY', text: 'Hi' }, undefined],
    ['another kind of medium', { type: 'HEADER', format: 'VIDEO' }, undefined],
    ['a component that is new', { type: 'FOOTER', text: 'x' }, undefined],
    ['one that has its own', { type: 'BODY', text: '{{1}} {{2}}', example: 'own' }, 'own'],
  ])('for %s', (_what, component, example) =>
    expect(filled(component)).toEqual({ ...component, ...(example ? { example } : {}) }),
  );

  it('for named variables go by name, and else by place', () => {
    const before = {
      type: 'BODY',
      text: 'Hi {{first}}, bye {{last}} now',
      example: {
        body_text_named_params: [
          { param_name: 'last', example: 'Rao' },
          { param_name: 'first', example: 'Asha' },
        ],
      },
    };
    expect(withExamplesOf([before], [{ type: 'BODY', text: 'Ms {{last}}, {{given}} you' }])[0]).toMatchObject(
      {
        example: {
          body_text_named_params: [
            { param_name: 'last', example: 'Rao' },
            { param_name: 'given', example: 'Rao' },
          ],
        },
      },
    );
    expect(withExamplesOf([before], [{ type: 'BODY', text: 'Ms {{a}}, {{b}} you' }])[0]).toMatchObject({
      example: {
        body_text_named_params: [
          { param_name: 'a', example: 'Asha' },
          { param_name: 'b', example: 'Rao' },
        ],
      },
    });
  });

  it('for buttons go by place and type', () => {
    const button = (more: object) => ({ type: 'URL', text: 'See', url: 'https://y.in/{{1}}', ...more });
    const buttons = [button({}), button({}), { type: 'COPY_CODE' }];
    expect(filled({ type: 'BUTTONS', buttons })).toEqual({
      type: 'BUTTONS',
      buttons: [button({}), button({ example: ['7'] }), { type: 'COPY_CODE', example: '25OFF' }],
    });
  });

  it('for cards go by place', () => {
    const card = { components: [{ type: 'HEADER', format: 'IMAGE' }] };
    expect(filled({ type: 'CAROUSEL', cards: [card, card] })).toEqual({
      type: 'CAROUSEL',
      cards: [{ components: [{ type: 'HEADER', format: 'IMAGE', example: handle }] }, card],
    });
  });

  it('leave alone what is no component', () =>
    expect(withExamplesOf(stored, ['BODY', { type: 'BUTTONS', buttons: 'none' }] as never)).toEqual([
      'BODY',
      { type: 'BUTTONS', buttons: 'none' },
    ]));
});
