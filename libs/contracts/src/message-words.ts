/**
 * In order of rank. A message's status never falls in rank: a later status of lower rank goes into the history only.
 */
export const MESSAGE_STATUSES = [
  'accepted',
  'outcome_unknown',
  'sent',
  'failed',
  'delivered',
  'read',
  'received',
] as const;
export const rankOf = (status: (typeof MESSAGE_STATUSES)[number]): number => MESSAGE_STATUSES.indexOf(status);

/** Kinds of inbound messages that nobody wrote: WhatsApp reports a change of a person or of an earlier message. */
export const TOLD_KINDS: readonly string[] = ['system', 'edit', 'revoke'];
