import { useQueryClient } from '@tanstack/preact-query';
import { useState } from 'preact/hooks';
import { useAccount } from '../account.js';
import type { Message } from './thread.js';

export type Attachment = {
  readonly key: string;
  readonly file: File;
  readonly share: number;
  readonly mediaId?: string;
  readonly error?: string;
  readonly stop: () => void;
};
export type Draft = {
  readonly text: string;
  readonly replyTo: Message | undefined;
  readonly attachments: readonly Attachment[];
};
export const EMPTY: Draft = { text: '', replyTo: undefined, attachments: [] };
export type Change = Partial<Draft> | ((draft: Draft) => Partial<Draft>);

/** A conversation's unsent draft; kept as long as this tab lives. */
export function useDraft(conversationId: string) {
  const { account } = useAccount();
  const queries = useQueryClient();
  const queryKey = [account.id, 'draft', conversationId];
  const [draft, setDraft] = useState<Draft>(() => queries.getQueryData(queryKey) ?? EMPTY);
  const change = (given: Change) => {
    const known = queries.getQueryData<Draft>(queryKey) ?? EMPTY;
    const next = { ...known, ...(typeof given === 'function' ? given(known) : given) };
    queries.setQueryDefaults([account.id, 'draft'], { gcTime: Infinity });
    queries.setQueryData<Draft>(queryKey, next);
    setDraft(next);
  };
  return [draft, change] as const;
}
