/**
 * Meta's limits of sends and profiles, in characters (code points) or items. `source`: the page under
 * developers.facebook.com/documentation/business-messaging/whatsapp/.
 */
export const LIMITS = {
  'text.body': { max: 4096, source: 'messages/text-messages' },
  caption: { max: 1024, source: 'messages/image-messages' },
  filename: { max: 240, source: 'messages/document-messages' },
  // 4,096 is our own: Meta's docs state no limit, and Meta accepts signed links of more than 2,048 characters.
  link: { max: 4096, source: 'business-phone-numbers/media' },
  contacts: { max: 257, source: 'messages/contacts-messages' },
  'contacts.name': { max: 1024, source: 'messages/contacts-messages' },
  'message id': { max: 256, source: 'messages/send-messages' },
  'location.text': { max: 1000, source: 'messages/location-messages' },
  biz_opaque_callback_data: { max: 512, source: 'messages/send-messages' },
  'interactive.header': { max: 60, source: 'messages/interactive-reply-buttons-messages' },
  'interactive.body': { max: 1024, source: 'messages/interactive-reply-buttons-messages' },
  'interactive.footer': { max: 60, source: 'messages/interactive-reply-buttons-messages' },
  buttons: { max: 3, source: 'messages/interactive-reply-buttons-messages' },
  'button.title': { max: 20, source: 'messages/interactive-reply-buttons-messages' },
  'button.id': { max: 256, source: 'messages/interactive-reply-buttons-messages' },
  'list.body': { max: 4096, source: 'messages/interactive-list-messages' },
  'list.button': { max: 20, source: 'messages/interactive-list-messages' },
  sections: { max: 10, source: 'messages/interactive-list-messages' },
  'section.title': { max: 24, source: 'messages/interactive-list-messages' },
  rows: { max: 10, source: 'messages/interactive-list-messages' },
  'row.id': { max: 200, source: 'messages/interactive-list-messages' },
  'row.title': { max: 24, source: 'messages/interactive-list-messages' },
  'row.description': { max: 72, source: 'messages/interactive-list-messages' },
  display_text: { max: 20, source: 'messages/interactive-cta-url-messages' },
  products: { max: 30, source: 'catalogs/sell-products-and-services/share-products' },
  cards: { min: 2, max: 10, source: 'messages/interactive-media-carousel-messages' },
  'card.body': { max: 160, source: 'messages/interactive-media-carousel-messages' },
  'template.name': { max: 512, source: 'templates/overview' },
  'template.language': { max: 15, source: 'templates/supported-languages' },
  'profile.about': { max: 139, source: 'business-phone-numbers/business-profiles' },
  'profile.address': { max: 256, source: 'business-phone-numbers/business-profiles' },
  'profile.description': { max: 512, source: 'business-phone-numbers/business-profiles' },
  'profile.email': { max: 128, source: 'business-phone-numbers/business-profiles' },
  'profile.website': { max: 256, source: 'business-phone-numbers/business-profiles' },
  'qr.message': { max: 140, source: 'qr-codes' },
  'command.name': { max: 32, source: 'business-phone-numbers/conversational-components' },
  'command.description': { max: 256, source: 'business-phone-numbers/conversational-components' },
  prompt: { max: 80, source: 'business-phone-numbers/conversational-components' },
  'one-time password': { max: 15, source: 'templates/authentication-templates' },
  coupon_code: { max: 20, source: 'templates/marketing-templates/coupon-templates' },
} as const satisfies Readonly<
  Record<string, { readonly min?: number; readonly max: number; readonly source: string }>
>;

export type Limit = keyof typeof LIMITS;

export const most = (limit: Limit): number => LIMITS[limit].max;
