import type { MessageReceivedData } from '@wbiz/contracts/message';
import type { Says } from './opt-out-words.js';

/**
 * Whether a message opts its writer out or in. Only the writer's own words to the business count: a text, or a
 * template's quick reply that says stop. Texts of contact cards, locations, list rows and other buttons do not count,
 * nor does a message in a group.
 */
export function consentIn(
  { kind, body, payload }: Pick<MessageReceivedData, 'kind' | 'body' | 'payload'>,
  says: Says,
): 'stop' | 'start' | undefined {
  if (body === null || payload?.['groupId'] !== undefined) return undefined;
  if (kind === 'text') return says(body);
  return kind === 'button' && says(body) === 'stop' ? 'stop' : undefined;
}
