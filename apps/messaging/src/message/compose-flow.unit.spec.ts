import { describe, expect, it } from '@jest/globals';
import { newFlowToken } from '@wbiz/contracts/flow';
import type { SendRequest } from '@wbiz/contracts/send';
import { decide, fold } from '@wbiz/eventing/decider';
import { composeFlow } from './compose-flow.js';
import { viewOf } from './message.aggregate.js';
import { message } from './message.decider.js';
import { sendAny, wholeOf } from './message.samples.js';

const token = newFlowToken();
const request = (over: Partial<SendRequest<'flow'>> = {}): SendRequest<'flow'> => ({
  to: '+918899332211',
  bodyText: 'Book your appointment in a few taps.',
  ctaText: 'Book now',
  flowToken: token,
  flow: { id: 'flw_1', metaId: '5' },
  ...over,
});
const PARAMETERS = {
  flow_message_version: '3',
  flow_id: '5',
  flow_cta: 'Book now',
  flow_token: token,
  flow_action: 'navigate',
};

describe('a flow', () => {
  it('is told to Meta', () => {
    expect(composeFlow(request({ header: 'Clinic', footer: 'Reply STOP' })).content).toEqual({
      type: 'interactive',
      interactive: {
        type: 'flow',
        header: { type: 'text', text: 'Clinic' },
        body: { text: 'Book your appointment in a few taps.' },
        footer: { text: 'Reply STOP' },
        action: { name: 'flow', parameters: PARAMETERS },
      },
    });
  });

  it.each<[string, Partial<SendRequest<'flow'>>, object]>([
    [
      'that begins somewhere',
      { screen: 'DAY', data: { days: ['Monday'] } },
      { flow_action_payload: { screen: 'DAY', data: { days: ['Monday'] } } },
    ],
    ['that begins as it does, with data', { data: { a: 1 } }, { flow_action_payload: { data: { a: 1 } } }],
    ['that its endpoint begins', { action: 'data_exchange' }, { flow_action: 'data_exchange' }],
    ['that is a draft', { mode: 'draft' }, { mode: 'draft' }],
    ['with a token of the user', { flowToken: 'booking-7' }, { flow_token: 'booking-7' }],
  ])('%s', (_what, over, parameters) => {
    const action = { name: 'flow', parameters: { ...PARAMETERS, ...parameters } };
    const body = { text: 'Book your appointment in a few taps.' };
    expect(composeFlow(request(over)).content['interactive']).toEqual({ type: 'flow', body, action });
  });

  it.each<[Partial<SendRequest<'flow'>>, object]>([
    [{}, {}],
    [
      { header: 'Clinic', screen: 'DAY', data: { a: 1 }, mode: 'draft', flowToken: 'booking-7' },
      { header: 'Clinic', screen: 'DAY', data: { a: 1 }, mode: 'draft', flowToken: 'booking-7' },
    ],
  ])('shows what was sent, but no token of ours: %j', (over, shown) => {
    const send = sendAny({ kind: 'flow', request: request(over) });
    const events = decide(message, send, null);
    const state = fold(message, events)!;
    expect(state.flowToken).toBe(over.flowToken ?? token);
    const view = viewOf(wholeOf(events));
    expect(view).toMatchObject({ kind: 'flow', body: 'Book your appointment in a few taps.' });
    expect(view.payload).toEqual({ flowId: 'flw_1', ctaText: 'Book now', ...shown });
    expect(JSON.stringify(view)).not.toContain(token);
  });

  it('needs an open window', () => {
    const send = sendAny({ kind: 'flow', request: request() }, { windowExpiresAt: null });
    expect(() => decide(message, send, null)).toThrow(
      expect.objectContaining({ code: 'service_window_closed' }),
    );
  });
});
