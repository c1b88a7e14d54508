import type { TemplateSyncResult } from '@wbiz/contracts/template';
import { Rejection } from '@wbiz/eventing/rejection';
import type { Call } from '../access/call.js';
import type { Commands } from '../commands/commands.js';

const PATIENCE_MS = 30_000;

/** Pulls an account's templates from Meta and waits for the end of it, within reason. */
export async function syncTemplates(
  commands: Pick<Commands, 'execute' | 'settled'>,
  call: Call,
): Promise<TemplateSyncResult | { status: 'accepted' }> {
  const order = { type: 'template.sync', key: call.account.id, data: {} };
  const { commandId, resumed } = await commands.execute(call, 'templates', () => order);
  const reply = resumed ? undefined : await commands.settled(commandId, Date.now() + PATIENCE_MS);
  if (reply?.ok) return reply.data as TemplateSyncResult;
  if (reply) throw Rejection.from(reply.error);
  call.reply.code(202);
  return { status: 'accepted' };
}
