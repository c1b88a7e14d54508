import { isOwnFlowToken } from '@wbiz/contracts/flow';
import type { SendRequest } from '@wbiz/contracts/send';
import { defined, type Composed } from './graph-body.js';

/** A flow as Meta's interactive message, and its text in the inbox. The inbox does not show a token that WBIZ made. */
export function composeFlow(request: SendRequest<'flow'>): Composed {
  const { flow, bodyText, ctaText, header, footer, flowToken, action, screen, data, mode } = request;
  const opens = defined({ screen, data });
  return {
    content: {
      type: 'interactive',
      interactive: defined({
        type: 'flow',
        header: header === undefined ? undefined : { type: 'text', text: header },
        body: { text: bodyText },
        footer: footer === undefined ? undefined : { text: footer },
        action: {
          name: 'flow',
          parameters: defined({
            flow_message_version: '3',
            flow_id: flow.metaId,
            flow_cta: ctaText,
            flow_token: flowToken,
            mode,
            flow_action: action ?? 'navigate',
            flow_action_payload: Object.keys(opens).length > 0 ? opens : undefined,
          }),
        },
      }),
    },
    body: bodyText,
    payload: defined({
      flowId: flow.id,
      ctaText,
      header,
      footer,
      flowToken: isOwnFlowToken(flowToken) ? undefined : flowToken,
      action,
      ...opens,
      mode,
    }),
  };
}
