import { useQuery, useQueryClient } from '@tanstack/preact-query';
import type { Schemas } from '@wbiz/sdk/operations';
import type { Wbiz } from '@wbiz/sdk/wbiz';
import { useAccount } from '../account.js';
import type { Message } from './thread.js';

export type Outgoing =
  | { readonly route: '/v1/messages/text'; readonly body: Schemas['SendText'] }
  | { readonly route: '/v1/messages/media'; readonly body: Schemas['SendMedia'] }
  | { readonly route: '/v1/messages/template'; readonly body: Schemas['SendTemplate'] }
  | { readonly route: '/v1/messages/reaction'; readonly body: Schemas['SendReaction'] }
  | {
      readonly route: '/v1/interactive/{id}/send';
      readonly path: { readonly id: string };
      readonly body: Schemas['SendPreset'];
    };
/** What a message looks like until the API has it. */
export type Shown = Pick<Message, 'kind' | 'body' | 'payload'>;
/** `key` is its Idempotency-Key: to send it again is to ask again, and never sends twice. */
export type Sending = {
  readonly key: string;
  readonly sent: Outgoing;
  readonly shown: Shown;
  readonly error: Error | null;
};

function post(api: Wbiz, sent: Outgoing, idempotencyKey: string): Promise<unknown> {
  const how = { respondAsync: true, idempotencyKey } as const;
  switch (sent.route) {
    case '/v1/messages/text':
      return api.request('POST', sent.route, { body: sent.body, ...how });
    case '/v1/messages/media':
      return api.request('POST', sent.route, { body: sent.body, ...how });
    case '/v1/messages/template':
      return api.request('POST', sent.route, { body: sent.body, ...how });
    case '/v1/messages/reaction':
      return api.request('POST', sent.route, { body: sent.body, ...how });
    case '/v1/interactive/{id}/send':
      return api.request('POST', sent.route, { path: sent.path, body: sent.body, ...how });
  }
}

/** What each conversation sends is sent one after the other, as it was written. */
const lines = new Map<string, Promise<void>>();

/** What is on its way from a conversation to the API, for as long as this tab lives; `onAccepted` ends before it is taken out. */
export function useOutbox(conversationId: string, onAccepted: () => Promise<unknown>) {
  const { account, api } = useAccount();
  const queries = useQueryClient();
  const queryKey = [account.id, 'outbox', conversationId];
  const { data: outbox } = useQuery<readonly Sending[]>({
    queryKey,
    queryFn: () => queries.getQueryData<readonly Sending[]>(queryKey) ?? [],
    initialData: [],
    staleTime: Infinity,
    gcTime: Infinity,
  });
  const change = (how: (outbox: readonly Sending[]) => readonly Sending[]) =>
    queries.setQueryData<readonly Sending[]>(queryKey, (known = []) => how(known));
  const discard = (key: string) => change((known) => known.filter((one) => one.key !== key));
  const enqueue = (key: string, sent: Outgoing) =>
    lines.set(
      conversationId,
      (lines.get(conversationId) ?? Promise.resolve()).then(() => deliver(key, sent)),
    );
  const deliver = async (key: string, sent: Outgoing) => {
    try {
      await post(api, sent, key);
    } catch (error) {
      change((known) => known.map((one) => (one.key === key ? { ...one, error: error as Error } : one)));
      return;
    }
    const taken = () => void discard(key);
    void onAccepted().then(taken, taken); // Whoever reads the thread shows its fault.
  };
  return {
    outbox,
    discard,
    send: (sent: Outgoing, shown: Shown) => {
      const key = crypto.randomUUID();
      change((known) => [...known, { key, sent, shown, error: null }]);
      enqueue(key, sent);
    },
    again: ({ key, sent }: Sending) => {
      change((known) => known.map((one) => (one.key === key ? { ...one, error: null } : one)));
      enqueue(key, sent);
    },
  };
}
