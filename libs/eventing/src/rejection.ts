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

  toData(): RejectionData {
    return {
      code: this.code,
      message: this.message,
      ...(this.details === undefined ? {} : { details: this.details }),
    };
  }
}
