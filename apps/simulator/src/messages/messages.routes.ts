import type { Behaviour } from '../control/behaviour.js';
import { badParameter, missingParameter, refuse } from '../graph/graph-error.js';
import type { Graph, GraphCall, GraphHandler } from '../graph/graph-middleware.js';
import { metaJson } from '../graph/meta-json.js';
import type { PhoneNumber } from '../graph/nodes.js';
import { objectParameter } from '../graph/parameter.rules.js';
import type { State } from '../graph/state.js';
import type { StatusSchedule } from './status-schedule.js';
import { failsAtOnce, failsLater } from './failing-recipients.js';
import type { MessageLog, MessageRow } from './message-log.js';
import { type SendContext } from './message-parameter.rules.js';
import { checkMessage } from './message.rules.js';
import { TIERS, type MessagingLimit } from './messaging-limit.js';
import type { PairLimit } from './pair-limit.js';
import { idsOf, type People } from './people.js';
import { checkTemplateSend } from './template-send.rules.js';
import type { ThroughputLimit } from './throughput-limit.js';
import { outgoingWamid, wamidDirection } from './wamid.js';

/** Route of `POST /{phone number}/messages`: sends messages of every kind, and marks messages as read. */
export function messageRoutes({
  graph,
  state,
  behaviour,
  people,
  throughputLimit,
  pairLimit,
  messagingLimit,
  messages,
  schedule,
}: {
  graph: Graph;
  state: State;
  behaviour: Behaviour;
  people: People;
  throughputLimit: ThroughputLimit;
  pairLimit: PairLimit;
  messagingLimit: MessagingLimit;
  messages: MessageLog;
  schedule: StatusSchedule;
}): Record<string, GraphHandler> {
  const send = ({ params, body, held }: GraphCall, phone: PhoneNumber): string => {
    if (phone.registered === false) throw refuse(133010);
    if (phone.maintenanceUntil !== undefined && phone.maintenanceUntil > Date.now()) throw refuse(131057);
    const context: SendContext = { state, wabaId: phone.wabaId };
    const { type, content, to, waId, userId, opaque } = checkMessage(params, context);
    const template = type === 'template' ? checkTemplateSend(content, context) : undefined;
    if (waId === phone.digits) throw refuse(131021);
    if (phone.blocked?.some((id) => idsOf(people.reached(phone.wabaId, waId)).includes(id)))
      throw refuse(130403);
    const refused = failsAtOnce(waId);
    if (refused !== undefined) throw refuse(refused);
    throughputLimit.check(phone);
    pairLimit.check(phone.id, waId);
    const windowIsOpen = () => state.windowIsOpen(phone.id, waId);
    const tier = behaviour.settings.messagingLimit;
    const limit = TIERS[tier];
    const isLimited = template !== undefined && limit < Infinity && !windowIsOpen();
    // Meta documents no code for an exceeded messaging limit; customers report 131048.
    if (isLimited && !messagingLimit.reach(phone.wabaId, waId, limit))
      throw refuse(131048, `The messaging limit of the account is reached: ${tier}.`);

    const wamid = outgoingWamid(waId);
    const row: MessageRow = {
      at: Date.now(),
      wamid,
      phoneNumberId: phone.id,
      to,
      waId,
      opaque,
      templateId: template?.id,
      category: template?.category.toLowerCase() ?? 'service',
      raw: typeof body === 'string' && body.startsWith('{') ? body : JSON.stringify(params),
    };
    messages.add(row);
    const unreachable = userId === undefined ? failsLater(waId) : undefined;
    const windowClosed = template === undefined && !windowIsOpen();
    const unwanted = template?.category === 'MARKETING' && state.wantsNoMarketing(phone.id, waId);
    const code = unreachable ?? (windowClosed ? 131047 : unwanted ? 131050 : undefined);
    if (!held)
      schedule.add({
        row,
        phone,
        failsWith: code === undefined ? context.failure : { code },
        isReaction: type === 'reaction',
        isVoice: type === 'audio' && content['voice'] === true,
      });
    const status = held ? 'held_for_quality_assessment' : 'accepted';
    return metaJson({
      messaging_product: 'whatsapp',
      contacts: [userId === undefined ? { input: to, wa_id: waId } : { input: to, user_id: userId }],
      messages: [{ id: wamid, ...(template === undefined ? {} : { message_status: status }) }],
    });
  };

  const markRead = ({ params }: GraphCall) => {
    const { status, message_id: id, typing_indicator: typing } = params;
    if (status !== 'read')
      throw badParameter(`Param status must be one of {READ} - got "${String(status)}".`);
    if (id === undefined) throw missingParameter('message_id');
    const direction = wamidDirection(String(id));
    if (direction === undefined) throw refuse(100, 'Please check the message ID you have provided.');
    if (direction === 'outgoing')
      throw refuse(
        100,
        `Message supplied to mark message as read API with message ID: ${String(id)} is outgoing. Please use an incoming message ID.`,
      );
    if (typing !== undefined && objectParameter(typing, 'typing_indicator')['type'] !== 'text')
      throw badParameter("Param typing_indicator['type'] must be one of {TEXT}.");
    return { success: true };
  };

  return {
    'POST messages': (call) => {
      const phone = graph.node(call, call.path['id']!, 'phone');
      const product = call.params['messaging_product'];
      if (product === undefined) throw missingParameter('messaging_product');
      if (product !== 'whatsapp')
        throw badParameter(`Param messaging_product must be one of {WHATSAPP} - got "${String(product)}".`);
      return call.params['status'] === undefined ? send(call, phone) : markRead(call);
    },
  };
}
