/** Every kind of id and its prefix. `cnt` and `cnv` are derived; all others sort by time. */
export const ID_PREFIXES = {
  account: 'acc',
  message: 'msg',
  conversation: 'cnv',
  contact: 'cnt',
  template: 'tpl',
  flow: 'flw',
  quickReply: 'qrp',
  preset: 'int',
  campaign: 'cmp',
  media: 'med',
  webhook: 'whk',
  event: 'evt',
  apiKey: 'key',
  delivery: 'dlv',
  command: 'cmd',
  request: 'req',
} as const;
export type IdPrefix = (typeof ID_PREFIXES)[keyof typeof ID_PREFIXES];
