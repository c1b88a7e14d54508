import type { MessageReceivedData } from '@wbiz/contracts/message';
import type { Says } from './opt-out-words.js';

/**
 * What a message says of its writer's consent. Only the writer's own words to the business are a statement: a text, or
 * the quick reply of a template by which people stop it. What others read of a card, a place, a row or a button is not,
 * and in a group nobody speaks to the business.
 */
export function consentIn(
  { kind, body, payload }: Pick<MessageReceivedData, 'kind' | 'body' | 'payload'>,
  says: Says,
): 'stop' | 'start' | undefined {
  if (body === null || payload?.['groupId'] !== undefined) return undefined;
  if (kind === 'text') return says(body);
  return kind === 'button' && says(body) === 'stop' ? 'stop' : undefined;
}
