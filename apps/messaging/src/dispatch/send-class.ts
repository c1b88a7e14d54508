import type { MessageState } from '../message/message.state.js';

/** Classes of the dispatch queue: 0 single sends, 1 campaigns' sends. Lower classes always go first. */
export const CLASSES = [0, 1] as const;
export type Class = (typeof CLASSES)[number];

export const classOf = ({ campaignId }: Pick<MessageState, 'campaignId'>): Class =>
  campaignId === null ? 0 : 1;
