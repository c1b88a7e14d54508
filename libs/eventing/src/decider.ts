import type { Message, Of } from './message.js';

/**
 * The rules of one aggregate: `decide` maps a command to events, `evolve` maps an event to the next state. The compiler
 * requires an entry for every type.
 */
export type Decider<Command extends Message, State, Event extends Message> = {
  readonly initial: State;
  readonly decide: {
    readonly [Type in Command['type']]: (command: Of<Command, Type>, state: State) => readonly Event[];
  };
  readonly evolve: { readonly [Type in Event['type']]: (state: State, event: Of<Event, Type>) => State };
};

/** Decides one command. Throws a {@link Rejection} to refuse it. */
export function decide<C extends Message, S, E extends Message>(
  decider: Decider<C, S, E>,
  command: C,
  state: S,
) {
  const rule = decider.decide[command.type as C['type']] as (command: C, state: S) => readonly E[];
  return rule(command, state);
}

/**
 * Folds events into a state. Folding all of a stream's events from `initial` gives the state that is stored for the
 * stream.
 */
export function fold<C extends Message, S, E extends Message>(
  decider: Decider<C, S, E>,
  events: readonly E[],
  state: S = decider.initial,
): S {
  return events.reduce((folded, event) => {
    const rule = decider.evolve[event.type as E['type']] as (state: S, event: E) => S;
    return rule(folded, event);
  }, state);
}
