import type { Outgoing } from '../message/message.decider.js';

/** A send whose first attempt may begin in the transaction that accepts it. */
export type Slot = {
  readonly message: Outgoing;
  readonly fence: bigint;
  /** Whether the attempt was started; undefined: the transaction failed, or nobody knows. */
  readonly end: (isStarted: boolean | undefined) => void;
};

/** Which sends need not wait in the queue: those for which the dispatcher of this process has room. */
export class Slots {
  private dispatcher?: { readonly replica: string; take(sends: readonly Outgoing[]): readonly Slot[] };

  /** Until it is called, all are queued. */
  offeredBy(dispatcher: NonNullable<Slots['dispatcher']>): void {
    this.dispatcher = dispatcher;
  }

  take(sends: readonly Outgoing[]): readonly Slot[] {
    return this.dispatcher?.take(sends) ?? [];
  }

  get replica(): string | undefined {
    return this.dispatcher?.replica;
  }
}
