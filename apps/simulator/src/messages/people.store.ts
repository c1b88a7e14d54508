import type { Person } from '../graph/nodes.js';
import type { Saved } from '../graph/state-file.js';
import { DAY_MS } from '../graph/times.js';

/** Stores people who have written, customer service windows, and opt-outs from marketing. */
export function peopleStore(saved: Saved | undefined, changed: () => void) {
  const windows = new Map(saved?.windows);
  const people = new Map(saved?.people);
  const optOuts = new Set(saved?.optOuts);

  return {
    person: (wabaId: string, id: string) => people.get(`${wabaId}:${id}`),
    remember(wabaId: string, person: Person) {
      for (const id of [person.waId, person.userId])
        if (id !== undefined) people.set(`${wabaId}:${id}`, person);
      changed();
    },
    openWindow(phoneNumberId: string, waId: string) {
      windows.set(`${phoneNumberId}:${waId}`, Date.now() + DAY_MS);
      changed();
    },
    windowIsOpen: (phoneNumberId: string, waId: string) =>
      (windows.get(`${phoneNumberId}:${waId}`) ?? 0) > Date.now(),
    setOptOut(phoneNumberId: string, waId: string, wantsNone: boolean) {
      optOuts[wantsNone ? 'add' : 'delete'](`${phoneNumberId}:${waId}`);
      changed();
    },
    wantsNoMarketing: (phoneNumberId: string, waId: string) => optOuts.has(`${phoneNumberId}:${waId}`),
    toSave: () => ({
      windows: [...windows].filter(([, closesAt]) => closesAt > Date.now()),
      people: [...people],
      optOuts: [...optOuts],
    }),
  };
}
