import type { TemplateSyncResult } from '@wbiz/contracts/template';
import type { Call } from '../access/call.js';
import type { Commands } from '../commands/commands.js';

const PATIENCE_MS = 30_000;

/** Pulls an account's templates from Meta; answers 202 if that takes longer than 30 s. */
export const syncTemplates = (
  commands: Pick<Commands, 'outcome'>,
  call: Call,
): Promise<TemplateSyncResult | { readonly status: 'accepted' }> =>
  commands.outcome(
    call,
    'template.sync',
    {},
    {
      until: Date.now() + PATIENCE_MS,
      withoutOutcome: (accepted) => {
        call.reply.code(202);
        return accepted;
      },
    },
  );
