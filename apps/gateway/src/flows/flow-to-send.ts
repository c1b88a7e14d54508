import { newFlowToken } from '@wbiz/contracts/flow';
import type { SendFlow, SendRequest } from '@wbiz/contracts/send';
import { Rejection } from '@wbiz/eventing/rejection';
import type { Peers } from '@wbiz/service-kit/peers';
import type { Call } from '../access/call.js';
import { found } from '../found.js';

/** Completes the send of a flow with fields from the stored flow. Throws `not_found` or `flow_not_published`. */
export async function flowToSend(
  peers: Pick<Peers, 'ask'>,
  id: string,
  body: SendFlow,
  { account }: Pick<Call, 'account'>,
): Promise<SendRequest<'flow'>> {
  const flow = await found(`flow ${id}`, peers.ask('flow.get', { accountId: account.id, id }));
  const { metaId, name, status } = flow;
  if (status !== 'published' && !(status === 'draft' && body.mode === 'draft'))
    throw new Rejection(
      'flow_not_published',
      `The flow ${name} is ${status}; only a published one can be sent${status === 'draft' ? ', or a draft with mode draft' : ''}.`,
    );
  return { ...body, flowToken: body.flowToken ?? newFlowToken(), flow: { id, metaId } };
}
