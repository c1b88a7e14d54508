import { CARD_KINDS, INTERACTIVE_KINDS } from '@wbiz/contracts/interactive';
import { isPlainObject } from '@wbiz/contracts/schema/json-values';
import {
  type BatchReceipt,
  type BatchRow,
  type RowProblem,
  ROW_KINDS,
  type RowKind,
  type SendBatch,
} from '@wbiz/contracts/batch';
import type { SendReceipt } from '@wbiz/contracts/message';
import { parseBody, type Parsed } from '@wbiz/contracts/schema/parse';
import { detailOf, fieldFault, type FieldFault } from '@wbiz/contracts/problem';
import {
  SENDS,
  type AnySend,
  type SendInteractive,
  type SendKind,
  type SendMessageData,
} from '@wbiz/contracts/send';
import type { Reply } from '@wbiz/eventing/message';
import { Rejection } from '@wbiz/eventing/rejection';
import { problemOf, rejectionOf } from '@wbiz/service-kit/problem-filter';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Call } from '../access/call.js';
import type { Commands } from '../commands/commands.js';
import { hasTooManyFields, tooManyFields } from '../validation.pipe.js';
import { requireSending, sendOf } from './sends.js';

const FAULTS_OF_A_ROW = 10;
const ROWS_A_TURN = 25;

/**
 * Sends many messages at once without waiting for Meta: 202 once every row is accepted or refused. A row costs what a
 * send costs; a refused row does not affect the others.
 */
export async function sendBatch(
  commands: Pick<Commands, 'executeAll'>,
  { messages }: SendBatch,
  call: Call,
): Promise<BatchReceipt> {
  requireSending(call);
  if (messages.length > call.mostAtOnce) {
    const fault = fieldFault(
      '/messages',
      'array_max_size',
      `must have at most ${call.mostAtOnce} entries, which is what this key may send at once`,
    );
    throw new Rejection('invalid_request', fault.detail, [fault]);
  }
  await call.charge(messages.length - 1);

  const rows: (SendMessageData | Rejection)[] = [];
  for (const row of messages) {
    rows.push(readRow(row, call));
    if (rows.length % ROWS_A_TURN === 0) await nextTurn();
  }
  const replies = (
    await commands.executeAll(
      call,
      'message.send',
      rows.flatMap((row) => (row instanceof Rejection ? [] : [row])),
    )
  ).values();
  return {
    results: rows.map((row, index) =>
      row instanceof Rejection
        ? { index, error: errorOf(row, index) }
        : resultOf(replies.next().value!, index),
    ),
  };
}

function readRow(row: unknown, call: Call): SendMessageData | Rejection {
  if (hasTooManyFields(row)) return tooManyFields();
  const { kind, value, faults } = parseRow(row);
  if (faults.length > 0)
    return new Rejection('invalid_request', detailOf(faults), faults.slice(0, FAULTS_OF_A_ROW));
  try {
    return sendOf({ kind, request: value } as AnySend, call);
  } catch (error) {
    if (error instanceof Rejection) return error;
    throw error;
  }
}

function parseRow(row: unknown): Parsed<object> & { kind: SendKind } {
  const { kind: named, ...body } = isPlainObject(row) ? row : {};
  const known = [...ROW_KINDS, 'interactive' as const].find((kind) => kind === named);
  if (!known) {
    const faults = isPlainObject(row)
      ? [fieldFault('/kind', 'is_in', `must be one of: ${ROW_KINDS.join(', ')}`)]
      : [{ pointer: '', code: 'object', detail: 'A row must be an object.' }];
    return { kind: 'text', value: {}, faults };
  }
  if (!(known in SENDS) || known === 'interactive')
    return {
      kind: 'interactive',
      ...parseBody(SENDS.interactive, { ...body, kind: cardKindOf(known, body) }),
    };
  const kind = known as keyof typeof SENDS;
  return { kind, ...parseBody<object>(SENDS[kind], body) };
}

/** For a row of kind `interactive` its parts decide the kind of card. */
const cardKindOf = (kind: RowKind, body: object): SendInteractive['kind'] | RowKind =>
  (kind === 'interactive' &&
    INTERACTIVE_KINDS.find((card) => CARD_KINDS[card].parts.some((part) => part in body))) ||
  kind;

function resultOf(reply: Reply<SendReceipt>, index: number): BatchRow {
  if (reply.ok) return { index, id: reply.data.id, status: 'accepted' };
  return { index, error: errorOf(Rejection.from(reply.error), index) };
}

/** The problem that the same send by itself would get; pointers start at the batch. */
function errorOf(rejection: Rejection, index: number): RowProblem {
  const { code, message, details } = rejectionOf(rejection);
  const placed = Array.isArray(details)
    ? (details as FieldFault[]).map((fault) => ({ ...fault, pointer: `/messages/${index}${fault.pointer}` }))
    : details;
  const { requestId: _r, retryAfter: _a, ...problem } = problemOf(new Rejection(code, message, placed), '');
  return problem;
}
