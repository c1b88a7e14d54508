import { describe, expect, it } from '@jest/globals';
import { isDeepStrictEqual } from 'node:util';
import { decide, fold } from '@wbiz/eventing/decider';
import type { AnySend } from '@wbiz/contracts/send';
import { scenario } from '@wbiz/testing/scenario';
import { viewOf } from './message.aggregate.js';
import { message } from './message.decider.js';
import type { MessageEvent } from './message.events.js';
import { RANK } from './message.state.js';
import {
  MESSAGE_ID,
  accepted,
  AT,
  CAMPAIGN,
  deferred,
  expire,
  giveUp,
  noteStatus,
  ofCampaign,
  queued,
  echoed,
  received,
  reported,
  sendAgain,
  sendAny,
  sendTemplate,
  sendText,
  settle,
  submitted,
  template,
  toldOfCampaign,
  unknown,
  withdraw,
  withdrawn,
  wholeOf,
} from './message.samples.js';

const { given } = scenario(message);
const PERSON = '+918899332211';
const before = (ms: number) => new Date(Date.parse(AT) - ms).toISOString();
const withContent = (content: object) =>
  expect.objectContaining({ private: expect.objectContaining({ content }) }) as unknown as MessageEvent;

const REPORTED = ['sent', 'delivered', 'read', 'failed'] as const;
const STEPS = [...REPORTED, 'answered', 'broke'] as const;
type Step = (typeof STEPS)[number];
const COMMANDS = {
  sent: noteStatus('sent'),
  delivered: noteStatus('delivered'),
  read: noteStatus('read'),
  failed: noteStatus('failed'),
  answered: settle({ kind: 'accepted', wamid: 'wamid.A' }),
  broke: settle({ kind: 'unknown', reason: 'reset' }),
};

describe('a text', () => {
  it('is accepted while the window is open', () => given().when(sendText()).then(accepted));
  it('is accepted once', () => given(accepted).when(sendText()).thenNothing());
  it('is refused when the window has closed', () =>
    given()
      .when(sendText({ windowExpiresAt: before(1) }))
      .thenRejected('service_window_closed'));
  it('is refused to a person who never wrote in', () =>
    given()
      .when(sendText({ windowExpiresAt: null }))
      .thenRejected('service_window_closed'));
  it('is left to Meta on the first day of an account', () =>
    given()
      .when(sendText({ windowExpiresAt: null, firstDayUntil: before(-1) }))
      .then(accepted));
  it('quotes the message it replies to', () =>
    given()
      .when(sendText({ replyToWamid: 'wamid.Q' }, { replyTo: 'msg_x' }))
      .then(withContent({ type: 'text', text: { body: 'Hi!' }, context: { message_id: 'wamid.Q' } })));
  it('is refused when it replies to nothing we know', () =>
    given()
      .when(sendText({}, { replyTo: 'msg_x' }))
      .thenRejected('reply_target_not_found'));
});

describe('every other kind than a template', () => {
  const requests: [string, AnySend][] = [
    ['media', { kind: 'media', request: { to: PERSON, type: 'image', link: 'https://x.in/a.jpg' } }],
    ['location', { kind: 'location', request: { to: PERSON, latitude: 1, longitude: 2 } }],
    ['reaction', { kind: 'reaction', request: { to: PERSON, wamid: 'wamid.R', emoji: '👍' } }],
    ['contacts', { kind: 'contacts', request: { to: PERSON, contacts: [{ name: { formattedName: 'A' } }] } }],
    [
      'interactive',
      {
        kind: 'interactive',
        request: { to: PERSON, kind: 'cta_url', body: 'b', displayText: 'c', url: 'https://x.in' },
      },
    ],
  ];
  it.each(requests)('needs an open window: %s', (_kind, any) =>
    given()
      .when(sendAny(any, { windowExpiresAt: null }))
      .thenRejected('service_window_closed'),
  );
  it('quotes the message it replies to, except a reaction', () => {
    for (const [kind, any] of requests) {
      const [event] = decide(
        message,
        sendAny({ ...any, request: { ...any.request, replyTo: 'msg_x' } } as AnySend, {
          replyToWamid: 'wamid.Q',
        }),
        null,
      );
      const { content, replyTo } = (
        event as typeof accepted & { private: { content: object; replyTo: string } }
      ).private;
      expect([kind, replyTo, 'context' in content]).toEqual([kind, 'msg_x', kind !== 'reaction']);
    }
  });
  it('a medium is known by its type and id', () =>
    given()
      .when(
        sendAny(
          { kind: 'media', request: { to: PERSON, type: 'image', mediaId: '77' } },
          { media: new Map([['77', { metaId: '77', mimeType: null, filename: null }]]) },
        ),
      )
      .then(
        expect.objectContaining({
          private: expect.objectContaining({ kind: 'image', mediaId: '77' }),
        }) as unknown as MessageEvent,
      ));
});

describe('a template', () => {
  const closed = { windowExpiresAt: null };
  it('needs no open window', () =>
    given()
      .when(sendTemplate({ ...closed, template: template() }, { variables: ['Gaurav', '#1043'] }))
      .then(
        withContent({
          type: 'template',
          template: {
            name: 'order_confirmation',
            language: { code: 'en_US' },
            components: [
              {
                type: 'body',
                parameters: [
                  { type: 'text', text: 'Gaurav' },
                  { type: 'text', text: '#1043' },
                ],
              },
            ],
          },
        }),
      ));
  it('must exist', () => given().when(sendTemplate()).thenRejected('template_not_found'));
  it('is refused while templates cannot be looked up', () =>
    given()
      .when(sendTemplate({ template: 'unavailable' }))
      .thenRejected('unavailable'));
  it.each(['draft', 'pending', 'rejected', 'paused', 'disabled'] as const)(
    'must be approved, not %s',
    (status) =>
      given()
        .when(sendTemplate({ template: template({ status }) }))
        .thenRejected('template_not_approved'),
  );
  it.each([[undefined], [['one']], [['one', 'two', 'three']], [{ 1: 'one' }], [{ 1: 'a', 2: 'b', 3: 'c' }]])(
    'takes exactly its variables, not %j',
    (variables) =>
      given()
        .when(sendTemplate({ template: template() }, { variables }))
        .thenRejected('template_variables_mismatch'),
  );
  it('takes named variables, and values for the buttons that want one', () => {
    const components = [
      { type: 'HEADER', format: 'TEXT', text: 'Order {{order}}' },
      { type: 'BODY', text: 'Hi {{name}}' },
      {
        type: 'BUTTONS',
        buttons: [
          { type: 'QUICK_REPLY', text: 'Help' },
          { type: 'URL', text: 'Track', url: 'https://x.in/{{1}}' },
        ],
      },
    ];
    given()
      .when(
        sendTemplate(
          { template: template({ components, parameterFormat: 'NAMED' }) },
          { variables: { name: 'Asha', order: '7' }, buttonVariables: ['t7'] },
        ),
      )
      .then(
        withContent({
          type: 'template',
          template: {
            name: 'order_confirmation',
            language: { code: 'en_US' },
            components: [
              { type: 'header', parameters: [{ type: 'text', parameter_name: 'order', text: '7' }] },
              { type: 'body', parameters: [{ type: 'text', parameter_name: 'name', text: 'Asha' }] },
              { type: 'button', sub_type: 'url', index: '1', parameters: [{ type: 'text', text: 't7' }] },
            ],
          },
        }),
      );
  });
  it('with a media header wants exactly one medium', () => {
    const components = [{ type: 'HEADER', format: 'IMAGE' }];
    given()
      .when(sendTemplate({ template: template({ components }) }))
      .thenRejected('template_variables_mismatch');
    given()
      .when(sendTemplate({ template: template({ components }) }, { headerLink: 'https://x.in/a.jpg' }))
      .then(
        withContent({
          type: 'template',
          template: {
            name: 'order_confirmation',
            language: { code: 'en_US' },
            components: [
              { type: 'header', parameters: [{ type: 'image', image: { link: 'https://x.in/a.jpg' } }] },
            ],
          },
        }),
      );
  });
});

describe('an attempt', () => {
  const took = settle({ kind: 'accepted', wamid: 'wamid.A' });
  const lost = settle({ kind: 'unknown', reason: 'reset' });

  it('that a former version stored as an event of its own counts as well', () => {
    const attempted: MessageEvent = {
      type: 'message.attempted',
      data: { attempt: 1, replica: 'r1', at: AT },
    };
    given(accepted, attempted).when(took).then(submitted);
    given(accepted, attempted, unknown).when(sendAgain).then(deferred('outcome_unknown'));
  });
  it('that Meta accepted is submitted', () => given(accepted).when(took).then(submitted));
  it('that Meta refused is failed', () => {
    const error = { code: 'rejected_by_meta', message: 'no', metaCode: 131009 };
    given(accepted)
      .when(settle({ kind: 'refused', error }))
      .then({ type: 'message.status', data: { ...accepted.data, status: 'failed', error } } as MessageEvent);
  });
  describe('refused with 131050, because the person stopped marketing', () => {
    const error = { code: 'rejected_by_meta', message: 'stopped', metaCode: 131050 };
    const failed = {
      type: 'message.status',
      data: { ...accepted.data, status: 'failed', error },
    } as MessageEvent;
    const stopped: MessageEvent = {
      type: 'message.marketing_stopped',
      data: { messageId: MESSAGE_ID, contactId: 'cnt_1', to: PERSON, at: AT },
    };
    const told = noteStatus('failed');
    const note = { ...told, data: { ...told.data, error } } as typeof told;
    const failedBy = { ...failed, data: { ...failed.data, wamid: 'wamid.A' } } as MessageEvent;
    it('publishes that, after the answer', () =>
      given(accepted)
        .when(settle({ kind: 'refused', error }))
        .then(failed, stopped));
    it('publishes that, after the status, once', () => {
      given(accepted, submitted).when(note).then(failedBy, stopped);
      given(accepted, submitted, failedBy, stopped).when(note).thenNothing();
    });
    it('publishes nothing like it for another error', () =>
      given(accepted, submitted)
        .when({ ...told, data: { ...told.data, error: { ...error, metaCode: 131049 } } } as typeof told)
        .then({
          ...failedBy,
          data: { ...failedBy.data, error: { ...error, metaCode: 131049 } },
        } as MessageEvent));
  });
  it('whose call broke is unknown, and not started again', () => {
    given(accepted).when(lost).then(unknown);
    given(accepted, unknown).when(lost).thenNothing();
  });
  it('of unknown outcome is settled by a late answer', () =>
    given(accepted, unknown).when(took).then(submitted));
  it('of unknown outcome is settled by a status', () =>
    given(accepted, unknown).when(noteStatus('sent')).then(reported('sent', true)));
  it('that a status settled is neither failed nor sent again', () => {
    given(accepted, reported('sent')).when(lost).thenNothing();
    given(accepted, reported('sent')).when(giveUp).thenNothing();
    given(accepted, reported('sent')).when(sendAgain).thenNothing();
  });
  it('of unknown outcome fails or goes again, as the account wants', () => {
    given(accepted, unknown).when(sendAgain).then(deferred('outcome_unknown'));
    given(accepted, unknown)
      .when(giveUp)
      .then({
        type: 'message.status',
        data: {
          ...accepted.data,
          status: 'failed',
          error: {
            code: 'outcome_unknown',
            message: 'Whether Meta took the message could not be found out.',
          },
        },
      } as MessageEvent);
  });
  it('is not ended by a command about an earlier attempt', () => {
    const again = [accepted, unknown, deferred('outcome_unknown')] as const;
    given(...again)
      .when(sendAgain)
      .thenNothing();
    given(...again)
      .when(giveUp)
      .thenNothing();
  });
  it('that has ended does not settle the current one', () =>
    given(accepted, deferred()).when(lost).thenNothing());
});

describe('a status', () => {
  it('from another phone number is ignored', () =>
    given(accepted, submitted).when(noteStatus('read', '666')).thenNothing());
  it('of a message that does not exist is ignored', () => given().when(noteStatus('read')).thenNothing());
  it('that comes late goes into the history only', () =>
    given(accepted, submitted, reported('read'))
      .when(noteStatus('delivered'))
      .then({ type: 'message.status_late', data: { status: 'delivered', at: AT } }));

  /** Every sequence of up to five steps: statuses, Meta's answer to the send, a broken call. */
  function* sequences(longest = 5): Generator<readonly Step[]> {
    let last: readonly (readonly Step[])[] = [[]];
    for (let length = 1; length <= longest; length += 1) {
      last = last.flatMap((begun) => STEPS.map((step) => [...begun, step]));
      yield* last;
    }
  }

  it('leads to one result with all others, in whatever order and however often they and the answer come', () => {
    const results = new Map<string, unknown>();
    let checked = 0;
    for (const sequence of sequences()) {
      let state = fold(message, [accepted]);
      const told: number[] = [];
      for (const step of sequence) {
        const events = decide(message, COMMANDS[step], state);
        for (const { type, data } of events) if (type === 'message.status') told.push(RANK[data.status]);
        state = fold(message, events, state);
      }
      const { history, isUnknown, statusAt: _at, ...rest } = state!;
      const steps = new Set(sequence);
      const statuses = REPORTED.filter((status) => steps.has(status));
      // The published status only rises, and ends at the message's status.
      if (told.some((rank, index) => index > 0 && rank <= told[index - 1]!))
        throw new Error(`fell back: ${sequence.join()}`);
      if (statuses.length > 0 && told.at(-1) !== RANK[rest.status])
        throw new Error(`untold: ${sequence.join()}`);

      const seen = history.map(({ status }) => status).filter((status) => status !== 'outcome_unknown');
      const settled = statuses.length > 0 || steps.has('answered');
      const result = {
        ...rest,
        // Without a status from Meta, a broken call before Meta's answer leaves a provisional status.
        status: statuses.length > 0 ? rest.status : 'unheard',
        history: [...seen].sort(),
        isUnknown: settled ? isUnknown : false,
      };
      const of = [...steps]
        .filter((step) => step !== 'broke' || !settled)
        .sort()
        .join();
      const known = results.get(of);
      if (known === undefined) {
        expect(result).toMatchObject({
          status: statuses.sort((a, b) => RANK[b] - RANK[a])[0] ?? 'unheard',
          wamid: settled ? 'wamid.A' : null,
          history: ['accepted', ...statuses].sort(),
          isUnknown: false,
        });
        results.set(of, result);
      } else if (!isDeepStrictEqual(result, known)) expect([sequence, result]).toEqual([sequence, known]);
      checked += 1;
    }
    expect(results.size).toBe(2 ** 5);
    expect(checked).toBe(6 + 6 ** 2 + 6 ** 3 + 6 ** 4 + 6 ** 5);
  });
});

describe("a campaign's message", () => {
  const took = settle({ kind: 'accepted', wamid: 'wamid.A' });
  const send = ofCampaign(
    sendTemplate({ template: template(), windowExpiresAt: null }, { variables: ['Asha', '7'] }),
  );

  it('is queued, and no reply is awaited', () => {
    const awaiting = { address: 'gateway:1', commandId: 'cmd_1' };
    const [event, ...more] = decide(message, { ...send, data: { ...send.data, awaiting } }, null);
    expect(event).toMatchObject({
      type: 'message.queued',
      data: { status: 'accepted', wamid: null, contactId: 'cnt_1', campaignId: CAMPAIGN.campaignId },
      private: { expiresAt: CAMPAIGN.expiresAt, awaiting: null },
    });
    expect(more).toEqual([]);
    given(queued).when(send).thenNothing();
    given(queued, withdrawn('withdrawn')).when(send).thenNothing();
  });
  it('is refused like any other', () => {
    given().when(ofCampaign(sendTemplate())).thenRejected('template_not_found');
    given()
      .when(ofCampaign(sendTemplate({ template: template({ status: 'paused' }) })))
      .thenRejected('template_not_approved');
  });
  it('is published as accepted once Meta accepts it, also if an earlier outcome was unknown', () => {
    const told = toldOfCampaign({ status: 'accepted' }, true);
    given(queued).when(took).then(told);
    given(queued, unknown).when(took).then(told);
    expect(fold(message, [queued, unknown, told])).toMatchObject({
      status: 'accepted',
      wamid: 'wamid.A',
      isUnknown: false,
      history: [{ status: 'outcome_unknown' }, { status: 'accepted' }],
    });
  });
  it('is published as held if Meta holds it', () =>
    given(queued)
      .when(settle({ kind: 'accepted', wamid: 'wamid.A', held: true }))
      .then(toldOfCampaign({ status: 'accepted', held: true }, true)));
  it('whose status came before the answer is not published as accepted', () => {
    const sent = toldOfCampaign({ status: 'sent' }, true);
    given(queued).when(noteStatus('sent')).then(sent);
    given(queued, sent).when(took).thenNothing();
    given(queued, sent)
      .when(noteStatus('delivered'))
      .then(toldOfCampaign({ status: 'delivered' }));
  });
  it('that was given up is not published as accepted, and comes to the inbox with its status', () => {
    const failed = toldOfCampaign({
      wamid: null,
      status: 'failed',
      error: { code: 'outcome_unknown', message: 'Whether Meta took the message could not be found out.' },
    });
    given(queued, unknown).when(giveUp).then(failed);
    given(queued, unknown, failed).when(took).thenNothing();
    given(queued, unknown, failed)
      .when(noteStatus('delivered'))
      .then(toldOfCampaign({ status: 'delivered' }, true));
  });
  it('that Meta refused is failed', () => {
    const error = { code: 'rejected_by_meta', message: 'no', metaCode: 131009 };
    given(queued)
      .when(settle({ kind: 'refused', error }))
      .then(toldOfCampaign({ wamid: null, status: 'failed', error }));
  });

  it.each([
    ['queued', [queued]],
    ['deferred', [queued, deferred()]],
  ] as const)('that is %s goes back to its campaign, once', (_what, past) => {
    given(...past)
      .when(withdraw())
      .then(withdrawn('withdrawn'));
    given(...past)
      .when(expire())
      .then(withdrawn('expired'));
    for (const again of [withdraw(), expire(), giveUp, sendAgain])
      given(...past, withdrawn('withdrawn'))
        .when(again)
        .thenNothing();
  });
  it.each([
    ['is being asked of Meta', [queued], true],
    ['is being asked of Meta again', [queued, deferred()], true],
    ['Meta took', [queued, toldOfCampaign({ status: 'accepted' }, true)], false],
    ['Meta may have taken', [queued, unknown], false],
    ['Meta may have taken, under way again', [queued, unknown, deferred('outcome_unknown')], true],
    ['failed', [queued, toldOfCampaign({ wamid: null, status: 'failed' })], false],
  ] as const)('that %s does not', (_what, past, isUnderWay) => {
    given(...past)
      .when(withdraw(isUnderWay))
      .thenNothing();
    given(...past)
      .when(expire(isUnderWay))
      .thenNothing();
  });
  it('that waits for a resend after an unknown outcome does not expire, and is given up when it is withdrawn', () => {
    const past = [queued, unknown, deferred('outcome_unknown')] as const;
    given(...past)
      .when(expire())
      .thenNothing();
    given(...past)
      .when(withdraw())
      .then(
        toldOfCampaign({
          wamid: null,
          status: 'failed',
          error: {
            code: 'outcome_unknown',
            message: 'Whether Meta took the message could not be found out.',
          },
        }),
      );
  });
  it('no other message goes back', () => {
    given(accepted).when(withdraw()).thenNothing();
    given(accepted).when(expire()).thenNothing();
    given(received).when(withdraw()).thenNothing();
    given().when(withdraw()).thenNothing();
    given().when(expire()).thenNothing();
  });
  it('that went back is shown as failed', () => {
    const view = viewOf(wholeOf([queued, withdrawn('expired')]));
    expect(view).toMatchObject({ status: 'failed', campaignId: 'cmp_1', error: { code: 'withdrawn' } });
    expect(view.history).toMatchObject([{ status: 'failed', error: { code: 'withdrawn' } }]);
    expect(view).not.toHaveProperty('expiresAt');
  });
});

describe('a message that the owner wrote on the phone', () => {
  const { contactId, conversationId } = echoed.data;
  const echo = {
    type: 'message.echo' as const,
    data: { ...echoed.data, accountId: 'acc_1' },
    facts: { contactId, conversationId, links: [] },
  };

  it('is stored once', () => {
    given().when(echo).then(echoed);
    given(echoed).when(echo).thenNothing();
  });
  it('is not sent, given up or read by us', () => {
    given(echoed)
      .when(settle({ kind: 'accepted', wamid: 'wamid.A' }))
      .thenNothing();
    given(echoed).when(giveUp).thenNothing();
    given(echoed)
      .when({ type: 'message.note-read', data: { messageId: MESSAGE_ID, at: AT } })
      .thenNothing();
  });
  it('shows the app it was sent from', () => {
    const view = viewOf(wholeOf([echoed]));
    expect(view).toMatchObject({
      source: 'business_app',
      direction: 'out',
      status: 'sent',
      wamid: 'wamid.E',
    });
    expect(viewOf(wholeOf([received]))).not.toHaveProperty('source');
  });
});

describe('a message that was received', () => {
  const markRead = (typing = false) => ({
    type: 'message.mark-read' as const,
    data: { messageId: MESSAGE_ID, typing, at: AT, awaiting: null },
  });
  const noteRead = { type: 'message.note-read' as const, data: { messageId: MESSAGE_ID, at: AT } };
  const requested = (typing = false): MessageEvent => ({
    type: 'message.read_requested',
    data: { typing, at: AT },
    private: { wamid: 'wamid.IN', phoneNumberId: '2000', awaiting: null },
  });
  const marked: MessageEvent = { type: 'message.marked_read', data: { conversationId: 'cnv_1', at: AT } };

  it('is marked read once Meta has been told', () => {
    given(received).when(markRead()).then(requested());
    given(received, requested()).when(noteRead).then(marked);
    expect(fold(message, [received, requested(), marked])).toMatchObject({
      status: 'read',
      history: [{ status: 'received' }, { status: 'read' }],
    });
  });
  it('is not marked again, but may be answered with typing', () => {
    given(received, requested(), marked).when(markRead()).thenNothing();
    given(received, requested(), marked).when(markRead(true)).then(requested(true));
    given(received, requested(), marked).when(noteRead).thenNothing();
  });
  it('is neither a sent one nor one that does not exist', () => {
    given(accepted).when(markRead()).thenRejected('not_found');
    given().when(markRead()).thenRejected('not_found');
    given(accepted).when(noteRead).thenNothing();
  });
});
