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
/** A message as shown until the API has accepted it. */
export type Shown = Pick<Message, 'kind' | 'body' | 'payload'>;
/** `key`: the Idempotency-Key of the send, under which repeating it never sends twice. */
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

/** The last send of each conversation. The next one waits for it: sends go out one by one, in the order written. */
const lines = new Map<string, Promise<void>>();

/**
 * The sends of a conversation that the API has not accepted yet; kept as long as this tab lives. A send is removed only
 * once `onAccepted` has settled.
 */
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
    void onAccepted().then(taken, taken); // the thread shows its own read error
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
