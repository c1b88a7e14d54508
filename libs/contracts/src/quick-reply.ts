import { both, changesOf } from './schema/derived-classes.js';
import { NOT_BLANK, Text, Time } from './schema/text-fields.js';
import { LIMITS } from './limits.js';
import { Page } from './page.js';

/** `POST /v1/quick-replies`. */
export class CreateQuickReply {
  @Text({
    ...LIMITS.quickReplyShortcut,
    pattern: /^\/\S+$/,
    patternDetail: 'must begin with / and hold no blanks',
    example: '/hours',
  })
  shortcut!: string;
  @Text({
    ...LIMITS.quickReplyTitle,
    ...NOT_BLANK,
    example: 'Store hours',
  })
  title!: string;
  @Text({
    ...LIMITS.textBody,
    ...NOT_BLANK,
    example: 'We are open 10am to 8pm, Monday to Saturday.',
  })
  body!: string;
}

class QuickReplyId {
  @Text({ max: 40 }) id!: string;
}

/** A saved reply. */
export class QuickReplyView extends both(QuickReplyId, CreateQuickReply) {
  @Time() createdAt!: string;
  @Time() updatedAt!: string;
}

/** `GET /v1/quick-replies`. */
export class ListQuickReplies extends Page {
  @Text({
    max: 200,
    optional: true,
    description: 'A part of the shortcut, the title or the body, in any case.',
  })
  search?: string;
}

/** `PATCH /v1/quick-replies/:id`. Omitted fields stay. */
export class UpdateQuickReply extends changesOf(CreateQuickReply) {}

type Known = { readonly quickReplyId: string; readonly at: string };
/** Payload of the command `quick-reply.create`. */
export type CreateQuickReplyData = CreateQuickReply & Known;
/** Payload of the command `quick-reply.update`. */
export type UpdateQuickReplyData = UpdateQuickReply & Known;
/** Payload of the command `quick-reply.delete`. */
export type DeleteQuickReplyData = Known;
