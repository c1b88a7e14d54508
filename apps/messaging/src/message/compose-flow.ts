import { isOwnFlowToken } from '@wbiz/contracts/flow';
import type { SendRequest } from '@wbiz/contracts/send';

/** A send of a flow as Meta's interactive message, and what the inbox shows of it; a token that we made is not shown. */
export function composeFlow(request: SendRequest<'flow'>) {
  const { flow, bodyText, ctaText, header, footer, flowToken, action, screen, data, mode } = request;
  const opens = { ...(screen !== undefined && { screen }), ...(data && { data }) };
  return {
    content: {
      type: 'interactive',
      interactive: {
        type: 'flow',
        ...(header !== undefined && { header: { type: 'text', text: header } }),
        body: { text: bodyText },
        ...(footer !== undefined && { footer: { text: footer } }),
        action: {
          name: 'flow',
          parameters: {
            flow_message_version: '3',
            flow_id: flow.metaId,
            flow_cta: ctaText,
            flow_token: flowToken,
            ...(mode && { mode }),
            flow_action: action ?? 'navigate',
            ...(Object.keys(opens).length > 0 && { flow_action_payload: opens }),
          },
        },
      },
    },
    body: bodyText,
    payload: {
      flowId: flow.id,
      ctaText,
      ...(header !== undefined && { header }),
      ...(footer !== undefined && { footer }),
      ...(!isOwnFlowToken(flowToken) && { flowToken }),
      ...(action && { action }),
      ...opens,
      ...(mode && { mode }),
    },
  };
}
