import { randomBytes } from 'node:crypto';
import { OneOf, Text, TextList, Time } from './schema/text-fields.js';
import { isId } from './ids.js';
import { LIMITS } from './limits.js';
import { Page } from './page.js';

export const FLOW_STATUSES = ['draft', 'published', 'throttled', 'blocked', 'deprecated'] as const;
export type FlowStatus = (typeof FLOW_STATUSES)[number];

/** A WhatsApp Flow of the account at Meta. */
export class FlowView {
  @Text({ max: 40 }) id!: string;
  @Text({ ...LIMITS.metaId, description: "Meta's id." }) metaId!: string;
  @Text({ ...LIMITS.flowName, example: 'appointment_booking' }) name!: string;
  @OneOf(FLOW_STATUSES) status!: FlowStatus;
  @TextList({
    max: LIMITS.flowCategories.max,
    each: LIMITS.flowCategory.max,
    description: "In Meta's words.",
    example: ['APPOINTMENT_BOOKING'],
  })
  categories!: string[];
  @Time({ description: 'When WBIZ last saw it change.' }) updatedAt!: string;
}

/** `GET /v1/flows`. */
export class ListFlows extends Page {
  @OneOf(FLOW_STATUSES, { optional: true, byDefault: 'published' }) status?: FlowStatus;
}

/**
 * Makes the token of a flow that a client sends without one. Only Meta sees it, and returns it with the person's
 * answer.
 */
export const newFlowToken = () => `wbiz_${randomBytes(24).toString('base64url')}`;

/**
 * Whether the client did not choose this token: WBIZ made it (in a template it is the message id), or Meta did
 * (`unused`).
 */
export const isOwnFlowToken = (token: string) =>
  token === 'unused' || /^wbiz_[\w-]{32}$/.test(token) || (token.startsWith('msg_') && isId(token));
