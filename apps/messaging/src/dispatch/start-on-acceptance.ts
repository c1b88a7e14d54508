import type { Outgoing } from '../message/message.state.js';

/** A send whose first attempt may start in the transaction that accepts it. */
export type Slot = {
  readonly message: Outgoing;
  readonly fence: bigint;
  /** Call with whether the attempt was started; undefined: the transaction failed, or its result is unknown. */
  readonly end: (isStarted: boolean | undefined) => void;
};

/** Asks this process's dispatcher for slots: a single send with a slot need not wait in the queue. */
export class Slots {
  private dispatcher?: { readonly replica: string; take(sends: readonly Outgoing[]): readonly Slot[] };

  /** Until this is called, every send is queued. */
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
