import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Node, Person, WebhookTarget } from './nodes.js';

export type Saved = {
  readonly nodes: readonly Node[];
  readonly tokens: readonly (readonly [token: string, wabaIds: readonly string[]])[];
  readonly webhook: WebhookTarget | null;
  /** When each customer service window (24 h) closes, in unix ms; key: phone number id and person. */
  readonly windows: readonly (readonly [key: string, closesAt: number])[];
  /** The people who have written; key: WABA id and the person's phone number or business-scoped id. */
  readonly people?: readonly (readonly [key: string, person: Person])[];
  /** People who refuse marketing; key: phone number id and person. */
  readonly optOuts?: readonly string[];
  /** When approved templates were deleted, in unix ms; key: WABA id, name and language. */
  readonly deleted: readonly (readonly [key: string, at: number])[];
  readonly serials: Record<string, number>;
};

const FILE = 'simulator.json';
const WRITE_AFTER_MS = 500;

/** Reads the state's file; `save` writes it, and `changed` writes it 0.5 s later. Without a directory there is no file. */
export function openStateFile(directory: string | undefined, content: () => Saved) {
  let timer: NodeJS.Timeout | undefined;

  const save = () => {
    clearTimeout(timer);
    timer = undefined;
    if (directory === undefined) return;
    mkdirSync(directory, { recursive: true });
    const path = join(directory, FILE);
    writeFileSync(`${path}.new`, JSON.stringify(content()), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  };

  return {
    saved: directory === undefined ? undefined : read(directory),
    changed() {
      if (directory !== undefined) timer ??= setTimeout(save, WRITE_AFTER_MS);
    },
    save,
  };
}

function read(directory: string): Saved | undefined {
  let text;
  try {
    text = readFileSync(join(directory, FILE), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return JSON.parse(text) as Saved;
}
