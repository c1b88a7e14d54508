import type { RejectionData } from './message.js';

/** A refusal that a customer may read: final, stored under the command's id, never retried. `code` is stable snake_case. */
export class Rejection extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly details?: unknown,
  ) {
    super(message);
    this.name = 'Rejection';
  }

  static from({ code, message, details }: RejectionData): Rejection {
    return new Rejection(code, message, details);
  }

  toData(): RejectionData {
    return {
      code: this.code,
      message: this.message,
      ...(this.details === undefined ? {} : { details: this.details }),
    };
  }
}

/** Returns a reply that is no refusal; throws a refusal as a plain error, to be retried or dead-lettered. */
export function unrefused<Done extends { readonly ok: true }>(
  reply: Done | { readonly ok: false; readonly error: RejectionData },
): Done {
  if (reply.ok) return reply;
  throw new Error(`${reply.error.code}: ${reply.error.message}`);
}
