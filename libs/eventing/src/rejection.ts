import type { RejectionData, Reply } from './message.js';

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

/** The data of a reply where a refusal is a fault: it is thrown as a plain error, for the dead letters or another try. */
export function unrefused<Data>(reply: Reply<Data>): Data {
  if (reply.ok) return reply.data;
  throw new Error(`${reply.error.code}: ${reply.error.message}`);
}
