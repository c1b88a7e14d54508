/**
 * Messages as in Meta's webhooks (webhook reference of `messages`), and the kind, body and payload expected of each.
 */
export const META_MESSAGES: readonly (readonly [
  what: string,
  message: Record<string, unknown>,
  became: Became,
])[] = [
  ['a text', { type: 'text', text: { body: 'Hi' } }, { kind: 'text', body: 'Hi', payload: null }],
  [
    'a forwarded text',
    { type: 'text', text: { body: 'Hi' }, context: { forwarded: true } },
    { kind: 'text', body: 'Hi', payload: { forwarded: true } },
  ],
  [
    'one forwarded often',
    { type: 'text', text: { body: 'Hi' }, context: { frequently_forwarded: true } },
    { kind: 'text', body: 'Hi', payload: { frequentlyForwarded: true } },
  ],
  [
    'a question about a product',
    {
      type: 'text',
      text: { body: 'Still there?' },
      context: {
        from: '918000000001',
        id: 'wamid.Q',
        referred_product: { catalog_id: 'c1', product_retailer_id: 'sku-7' },
      },
    },
    {
      kind: 'text',
      body: 'Still there?',
      payload: { referredProduct: { catalogId: 'c1', productRetailerId: 'sku-7' } },
      replyTo: 'wamid.Q',
    },
  ],
  [
    'one from an ad',
    {
      type: 'text',
      text: { body: 'Hello' },
      referral: {
        source_url: 'https://fb.me/1',
        source_id: '120',
        source_type: 'ad',
        headline: 'Diwali',
        body: 'All off',
        media_type: 'image',
        image_url: 'https://cdn/x.jpg',
        ctwa_clid: 'AbC',
        welcome_message: { text: 'How can we help?' },
      },
    },
    {
      kind: 'text',
      body: 'Hello',
      payload: {
        referral: {
          sourceUrl: 'https://fb.me/1',
          sourceId: '120',
          sourceType: 'ad',
          headline: 'Diwali',
          body: 'All off',
          mediaType: 'image',
          imageUrl: 'https://cdn/x.jpg',
          ctwaClid: 'AbC',
          welcomeMessage: 'How can we help?',
        },
      },
    },
  ],
  [
    'one from an ad of which Meta knows little',
    {
      type: 'text',
      text: { body: 'Hello' },
      referral: {
        source_id: 120_210_000,
        source_type: 'ad',
        source_url: '',
        headline: null,
        ctwa_clid: 7,
        welcome_message: null,
      },
    },
    {
      kind: 'text',
      body: 'Hello',
      payload: { referral: { sourceId: '120210000', sourceType: 'ad', ctwaClid: '7' } },
    },
  ],
  [
    'one from an ad of which Meta knows nothing',
    { type: 'text', text: { body: 'Hello' }, referral: { source_id: '', headline: null } },
    { kind: 'text', body: 'Hello', payload: null },
  ],
  [
    'an error with its details in the older place',
    {
      type: 'unsupported',
      errors: [{ code: 131052, title: 'Media download error', details: 'Too large.' }],
    },
    {
      kind: 'unsupported',
      body: null,
      payload: { errors: [{ code: 131052, message: 'Media download error', details: 'Too large.' }] },
    },
  ],
  [
    'ids that are numbers',
    {
      type: 'order',
      order: {
        catalog_id: 17,
        product_items: [{ product_retailer_id: 42, quantity: '2', item_price: 5, currency: 'USD' }],
      },
    },
    {
      kind: 'order',
      body: null,
      payload: {
        catalogId: '17',
        items: [{ productRetailerId: '42', quantity: 2, price: 5, currency: 'USD' }],
      },
    },
  ],
  [
    'a document under a name with folders',
    {
      type: 'document',
      document: { id: 5, filename: '../../etc/пароль.pdf', mime_type: 'application/pdf' },
    },
    {
      kind: 'document',
      body: null,
      payload: { metaId: '5', mimeType: 'application/pdf', filename: 'пароль.pdf' },
    },
  ],
  [
    'one in a group',
    { type: 'text', text: { body: 'Hi all' }, group_id: 'G1' },
    { kind: 'text', body: 'Hi all', payload: { groupId: 'G1' } },
  ],
  [
    'an image',
    {
      type: 'image',
      image: {
        caption: 'Broken',
        mime_type: 'image/jpeg',
        sha256: 'q3s=',
        id: '1003',
        url: 'https://lookaside/1',
      },
    },
    {
      kind: 'image',
      body: 'Broken',
      payload: { metaId: '1003', mimeType: 'image/jpeg', sha256: 'q3s=' },
    },
  ],
  [
    'a video',
    { type: 'video', video: { mime_type: 'video/mp4', sha256: 'q3s=', id: '1004' } },
    { kind: 'video', body: null, payload: { metaId: '1004', mimeType: 'video/mp4', sha256: 'q3s=' } },
  ],
  [
    'a document',
    {
      type: 'document',
      document: { filename: 'a.pdf', caption: 'Bill', mime_type: 'application/pdf', id: '5' },
    },
    {
      kind: 'document',
      body: 'Bill',
      payload: { metaId: '5', mimeType: 'application/pdf', filename: 'a.pdf' },
    },
  ],
  [
    'a voice message',
    { type: 'audio', audio: { mime_type: 'audio/ogg; codecs=opus', id: '6', voice: true } },
    { kind: 'audio', body: null, payload: { metaId: '6', mimeType: 'audio/ogg; codecs=opus', voice: true } },
  ],
  [
    'music',
    { type: 'audio', audio: { mime_type: 'audio/mpeg', id: '6', voice: false } },
    { kind: 'audio', body: null, payload: { metaId: '6', mimeType: 'audio/mpeg' } },
  ],
  [
    'a sticker',
    { type: 'sticker', sticker: { mime_type: 'image/webp', id: '7', animated: true } },
    { kind: 'sticker', body: null, payload: { metaId: '7', mimeType: 'image/webp', animated: true } },
  ],
  [
    'a place',
    {
      type: 'location',
      location: {
        latitude: 37.44,
        longitude: -122.16,
        name: 'HQ',
        address: '1 Hacker Way',
        url: 'https://hq',
      },
    },
    {
      kind: 'location',
      body: 'HQ, 1 Hacker Way',
      payload: {
        latitude: 37.44,
        longitude: -122.16,
        name: 'HQ',
        address: '1 Hacker Way',
        url: 'https://hq',
      },
    },
  ],
  [
    'where somebody is',
    { type: 'location', location: { latitude: 0, longitude: 8.5 } },
    { kind: 'location', body: '0, 8.5', payload: { latitude: 0, longitude: 8.5 } },
  ],
  [
    'contacts',
    {
      type: 'contacts',
      contacts: [
        {
          name: { formatted_name: 'Asha Rao', first_name: 'Asha' },
          phones: [{ phone: '+91 88993 32211', wa_id: '918899332211', type: 'CELL' }],
        },
        { name: { formatted_name: 'Bob' }, birthday: '2000-01-01' },
      ],
    },
    {
      kind: 'contacts',
      body: 'Asha Rao, Bob',
      payload: {
        contacts: [
          {
            name: { formattedName: 'Asha Rao', firstName: 'Asha' },
            phones: [{ phone: '+91 88993 32211', waId: '918899332211', type: 'CELL' }],
          },
          { name: { formattedName: 'Bob' }, birthday: '2000-01-01' },
        ],
      },
    },
  ],
  [
    'a tapped button',
    {
      type: 'interactive',
      context: { from: '918000000001', id: 'wamid.Q' },
      interactive: { type: 'button_reply', button_reply: { id: 'cancel', title: 'Cancel' } },
    },
    {
      kind: 'interactive',
      body: 'Cancel',
      payload: { type: 'button_reply', id: 'cancel', title: 'Cancel' },
      replyTo: 'wamid.Q',
    },
  ],
  [
    'a row of a list',
    {
      type: 'interactive',
      interactive: { type: 'list_reply', list_reply: { id: 'r1', title: 'Small', description: 'S' } },
    },
    {
      kind: 'interactive',
      body: 'Small',
      payload: { type: 'list_reply', id: 'r1', title: 'Small', description: 'S' },
    },
  ],
  [
    'a filled in flow',
    {
      type: 'interactive',
      interactive: {
        type: 'nfm_reply',
        nfm_reply: { name: 'flow', body: 'Sent', response_json: '{"flow_token":"t1","size":["S","M"]}' },
      },
    },
    {
      kind: 'flow_reply',
      body: 'Sent',
      payload: { name: 'flow', response: { flow_token: 't1', size: ['S', 'M'] }, flowToken: 't1' },
    },
  ],
  [
    'a filled in flow with a token that nobody gave',
    {
      type: 'interactive',
      interactive: {
        type: 'nfm_reply',
        nfm_reply: { name: 'flow', body: 'Sent', response_json: '{"flow_token":"unused","size":["S","M"]}' },
      },
    },
    { kind: 'flow_reply', body: 'Sent', payload: { name: 'flow', response: { size: ['S', 'M'] } } },
  ],
  [
    'a filled in flow without a token, a name and a text',
    { type: 'interactive', interactive: { type: 'nfm_reply', nfm_reply: { response_json: '{}' } } },
    { kind: 'flow_reply', body: null, payload: { response: {} } },
  ],
  [
    'an address',
    {
      type: 'interactive',
      interactive: {
        type: 'nfm_reply',
        nfm_reply: {
          name: 'address_message',
          body: 'Asha\nPune',
          response_json: '{"values":{"city":"Pune"}}',
        },
      },
    },
    {
      kind: 'flow_reply',
      body: 'Asha\nPune',
      payload: { name: 'address_message', response: { values: { city: 'Pune' } } },
    },
  ],
  [
    'a flow reply that is no JSON',
    {
      type: 'interactive',
      interactive: { type: 'nfm_reply', nfm_reply: { name: 'flow', response_json: '{oh' } },
    },
    { kind: 'flow_reply', body: null, payload: { name: 'flow', response: null, responseText: '{oh' } },
  ],
  [
    'a permission to call',
    {
      type: 'interactive',
      interactive: {
        type: 'call_permission_reply',
        call_permission_reply: { response: 'accept', is_permanent: false, response_source: 'user_action' },
      },
    },
    {
      kind: 'interactive',
      body: null,
      payload: {
        type: 'call_permission_reply',
        reply: { response: 'accept', isPermanent: false, responseSource: 'user_action' },
      },
    },
  ],
  [
    "a template's quick reply",
    {
      type: 'button',
      context: { from: '918000000001', id: 'wamid.T' },
      button: { payload: 'STOP', text: 'Unsubscribe' },
    },
    { kind: 'button', body: 'Unsubscribe', payload: { payload: 'STOP' }, replyTo: 'wamid.T' },
  ],
  [
    'a reaction',
    { type: 'reaction', reaction: { message_id: 'wamid.R', emoji: '👍' } },
    { kind: 'reaction', body: '👍', payload: { wamid: 'wamid.R', emoji: '👍' } },
  ],
  [
    'a reaction taken back',
    { type: 'reaction', reaction: { message_id: 'wamid.R' } },
    { kind: 'reaction', body: null, payload: { wamid: 'wamid.R', emoji: null } },
  ],
  [
    'an order',
    {
      type: 'order',
      order: {
        catalog_id: 'c1',
        text: 'By noon please',
        product_items: [{ product_retailer_id: 'sku', quantity: 2, item_price: '30.5', currency: 'USD' }],
      },
    },
    {
      kind: 'order',
      body: 'By noon please',
      payload: {
        catalogId: 'c1',
        items: [{ productRetailerId: 'sku', quantity: 2, price: 30.5, currency: 'USD' }],
      },
    },
  ],
  [
    'a changed number',
    {
      type: 'system',
      system: { body: 'Asha changed from 91… to 91…', wa_id: '918899332212', type: 'user_changed_number' },
    },
    {
      kind: 'system',
      body: 'Asha changed from 91… to 91…',
      payload: { type: 'user_changed_number', phone: '+918899332212' },
    },
  ],
  [
    'a changed number, as Meta wrote it earlier',
    { type: 'system', system: { body: 'moved', new_wa_id: '918899332212', type: 'customer_changed_number' } },
    {
      kind: 'system',
      body: 'moved',
      payload: { type: 'customer_changed_number', phone: '+918899332212' },
    },
  ],
  [
    'a changed number, written as one',
    {
      type: 'system',
      system: {
        wa_id: '918899332211',
        new_wa_id: 918899332212,
        user_id: 'IN.2',
        type: 'user_changed_number',
      },
    },
    {
      kind: 'system',
      body: null,
      payload: { type: 'user_changed_number', phone: '+918899332212', userId: 'IN.2' },
    },
  ],
  [
    'a changed user id, as Meta tells it in words',
    {
      type: 'system',
      system: { body: 'User A B changed from IN.1 to IN.2', user_id: 'IN.2', type: 'user_changed_user_id' },
    },
    {
      kind: 'system',
      body: 'User A B changed from IN.1 to IN.2',
      payload: { type: 'user_changed_user_id', userId: 'IN.2', previousUserId: 'IN.1' },
    },
  ],
  [
    'a changed user id',
    {
      type: 'system',
      system: { type: 'user_changed_user_id', user_id: 'IN.2', previous_user_id: 'IN.1' },
    },
    {
      kind: 'system',
      body: null,
      payload: { type: 'user_changed_user_id', userId: 'IN.2', previousUserId: 'IN.1' },
    },
  ],
  [
    'a changed identity',
    { type: 'system', system: { body: 'new phone', identity: 'h4sh', type: 'customer_identity_changed' } },
    {
      kind: 'system',
      body: 'new phone',
      payload: { type: 'customer_identity_changed', identity: 'h4sh' },
    },
  ],
  ['an opened chat', { type: 'request_welcome' }, { kind: 'request_welcome', body: null, payload: null }],
  [
    'what Meta hands on to nobody',
    {
      type: 'unsupported',
      errors: [
        {
          code: 131051,
          title: 'Message type unknown',
          message: 'Message type unknown',
          error_data: { details: 'Message type is currently not supported.' },
        },
      ],
      unsupported: { type: 'poll' },
    },
    {
      kind: 'unsupported',
      body: null,
      payload: {
        type: 'poll',
        errors: [
          {
            code: 131051,
            message: 'Message type unknown',
            details: 'Message type is currently not supported.',
          },
        ],
      },
    },
  ],
  [
    'an edit',
    {
      type: 'edit',
      edit: {
        original_message_id: 'wamid.O',
        message: { context: { id: 'wamid.Q' }, type: 'image', image: { id: '9', caption: 'Better' } },
      },
    },
    {
      kind: 'edit',
      body: 'Better',
      payload: { wamid: 'wamid.O', kind: 'image', content: { metaId: '9' } },
    },
  ],
  [
    'a deletion',
    { type: 'revoke', revoke: { original_message_id: 'wamid.O' } },
    { kind: 'revoke', body: null, payload: { wamid: 'wamid.O' } },
  ],
];

type Became = {
  readonly kind: string;
  readonly body: string | null;
  readonly payload: Record<string, unknown> | null;
  readonly replyTo?: string;
};

/** Messages that keep Meta's form: of an unknown type, or without a required field. */
export const RAW_MESSAGES: readonly (readonly [
  what: string,
  message: Record<string, unknown>,
  became: Became,
])[] = [
  [
    'a type of tomorrow',
    { type: 'hologram', hologram: { shape_id: 7 }, identity: { hash: 'x' } },
    { kind: 'hologram', body: null, payload: { hologram: { shape_id: 7 }, identity: { hash: 'x' } } },
  ],
  [
    'a type of tomorrow, forwarded',
    { type: 'hologram', hologram: 3, context: { forwarded: true } },
    { kind: 'hologram', body: null, payload: { hologram: 3, forwarded: true } },
  ],
  [
    'a reaction to nothing',
    { type: 'reaction', reaction: { emoji: '👍' } },
    { kind: 'reaction', body: null, payload: { reaction: { emoji: '👍' } } },
  ],
  [
    'a place without coordinates',
    { type: 'location', location: { name: 'HQ' } },
    { kind: 'location', body: null, payload: { location: { name: 'HQ' } } },
  ],
  [
    'an order without products',
    { type: 'order', order: { product_items: [{}] } },
    { kind: 'order', body: null, payload: { order: { product_items: [{}] } } },
  ],
  [
    'an interactive reply of no type',
    { type: 'interactive', interactive: 'odd' },
    { kind: 'interactive', body: null, payload: { interactive: 'odd' } },
  ],
  ['nothing at all', {}, { kind: 'unsupported', body: null, payload: null }],
  ['the name of a method', { type: 'toString' }, { kind: 'toString', body: null, payload: null }],
];
