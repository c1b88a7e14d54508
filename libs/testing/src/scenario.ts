import { expect } from '@jest/globals';

type Message = { readonly type: string };
type Rules = Readonly<Record<string, unknown>>;
type Tables<State> = { readonly initial: State; readonly decide: Rules; readonly evolve: Rules };

/** The union of the types that a table's functions take as first, or second, argument. */
type Argument<Table, Place extends 0 | 1> = {
  [Type in keyof Table]: Table[Type] extends (...args: infer Args) => unknown ? Args[Place] : never;
}[keyof Table];

/**
 * Tests a decider by sentences: `given(created('lead')).when(upsert('lead', 'vip')).then(tagged('vip'))`. `then` compares
 * all events in order; `thenRejected` expects an error with this `code` and, if pointers are given, exactly these in its
 * details.
 */
export function scenario<State, Decider extends Tables<State>>(decider: Decider & Tables<State>) {
  type Command = Argument<Decider['decide'], 0> & Message;
  type Event = Argument<Decider['evolve'], 1> & Message;

  const rule = (table: Rules, { type }: Message) => {
    if (!Object.hasOwn(table, type)) throw new Error(`The decider has no rule for ${type}.`);
    return table[type] as (...args: unknown[]) => unknown;
  };

  return {
    given: (...past: readonly Event[]) => ({
      when: (command: Command) => {
        const state = past.reduce<unknown>(
          (folded, event) => rule(decider.evolve, event)(folded, event),
          decider.initial,
        );
        const decide = () => rule(decider.decide, command)(command, state);
        return {
          then: (...events: readonly [Event, ...Event[]]) => {
            const decided = decide();
            expect(decided).toEqual(events);
            // Decided events must fold as well.
            (decided as readonly Event[]).reduce<unknown>(
              (folded, event) => rule(decider.evolve, event)(folded, event),
              state,
            );
          },
          thenNothing: () => expect(decide()).toEqual([]),
          thenRejected: (code: string, ...pointers: readonly string[]) => {
            expect(outcome(decide)).toMatchObject({
              rejected: code,
              ...(pointers.length ? { pointers } : {}),
            });
          },
        };
      },
    }),
  };
}

/**
 * The decided events, or the code and the fields of a rejection. An error without a code is thrown.
 */
function outcome(decide: () => unknown) {
  try {
    return { decided: decide() };
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) throw error;
    return { rejected: error.code, pointers: pointersIn(error) };
  }
}

const pointersIn = (error: Error) =>
  'details' in error && Array.isArray(error.details)
    ? (error.details as { pointer: string }[]).map(({ pointer }) => pointer)
    : [];
