/**
 * What Meta takes in a send, and what we take, once. `source` is the page of Meta's Cloud API documentation that states the limit; `ours`
 * marks a bound that Meta leaves open and that keeps a body sane. Texts are counted in UTF-16 code units.
 */
export const LIMITS = {
  textBody: { max: 4096, source: 'messages/text-messages' },
  caption: { max: 1024, source: 'messages/image-messages, video-messages, document-messages' },
  filename: { max: 240, source: 'ours' },
  link: { max: 2048, source: 'ours' },

  interactiveHeader: { max: 60, source: 'messages/interactive-reply-buttons-messages' },
  interactiveFooter: { max: 60, source: 'messages/interactive-reply-buttons-messages' },
  buttonsBody: { max: 1024, source: 'messages/interactive-reply-buttons-messages' },
  buttons: { min: 1, max: 3, source: 'messages/interactive-reply-buttons-messages' },
  buttonId: { max: 256, source: 'messages/interactive-reply-buttons-messages' },
  buttonTitle: { max: 20, source: 'messages/interactive-reply-buttons-messages' },
  listBody: { max: 4096, source: 'messages/interactive-list-messages' },
  listButton: { max: 20, source: 'messages/interactive-list-messages' },
  sections: { min: 1, max: 10, source: 'messages/interactive-list-messages' },
  sectionTitle: { max: 24, source: 'messages/interactive-list-messages' },
  rows: { min: 1, max: 10, source: 'messages/interactive-list-messages (in all sections together)' },
  rowId: { max: 200, source: 'messages/interactive-list-messages' },
  rowTitle: { max: 24, source: 'messages/interactive-list-messages' },
  rowDescription: { max: 72, source: 'messages/interactive-list-messages' },
  ctaBody: { max: 1024, source: 'messages/interactive-cta-url-messages' },
  ctaDisplayText: { max: 20, source: 'messages/interactive-cta-url-messages' },

  flowBody: { max: 1024, source: 'flows/guides/sendingaflow' },
  flowCta: { max: 30, source: 'flows/guides/sendingaflow (advised)' },
  flowToken: { max: 1000, source: 'ours' },
  flowScreen: { max: 200, source: 'ours' },
  flowData: { max: 65_536, source: 'ours' },

  latitude: { min: -90, max: 90, source: 'messages/location-messages' },
  longitude: { min: -180, max: 180, source: 'messages/location-messages' },
  place: { max: 1000, source: 'ours' },
  emoji: { min: 0, max: 40, source: 'ours; Meta takes one emoji (messages/reaction-messages)' },
  contacts: { min: 1, max: 257, source: 'messages/contacts-messages' },
  contactField: { max: 500, source: 'ours' },
  contactEntries: { max: 20, source: 'ours' },

  templateName: { max: 512, source: 'message-templates' },
  templateLanguage: { max: 15, source: 'message-templates/supported-languages' },
  templateVariables: { max: 100, source: 'ours' },
  templateVariable: { max: 1024, source: 'templates/components (a body of 1,024 characters)' },

  flowName: { max: 200, source: 'ours' },
  flowCategory: { max: 60, source: 'ours' },
  flowCategories: { max: 20, source: 'ours' },

  quickReplyShortcut: { max: 64, source: 'ours' },
  quickReplyTitle: { max: 200, source: 'ours' },
  presetName: { max: 200, source: 'ours' },

  contactName: { max: 500, source: 'ours' },
  contactEmail: { max: 254, source: 'ours (RFC 5321: a path of 256 octets with its brackets)' },
  contactTags: { max: 100, source: 'ours' },
  tagName: { max: 64, source: 'ours' },
  bulk: { min: 1, max: 500, source: 'ours' },
  customFields: { max: 50, source: 'ours' },
  customFieldKey: { max: 64, source: 'ours' },
  customFieldLabel: { max: 200, source: 'ours' },
  customFieldText: { max: 1000, source: 'ours' },
  customFieldOptions: { min: 1, max: 200, source: 'ours' },
  customFieldOption: { max: 200, source: 'ours' },

  batch: { min: 1, max: 500, source: 'ours' },

  wamid: { max: 300, source: 'ours' },
  userId: { max: 140, source: 'ours' },
  metaId: { max: 40, source: 'ours' },
} as const satisfies Record<string, { readonly min?: number; readonly max: number; readonly source: string }>;
