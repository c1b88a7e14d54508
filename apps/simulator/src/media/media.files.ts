import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const MOST_IN_MEMORY = 512 * 1024 * 1024;

/** Stores media bytes by id: in the directory's folder `media`, or, without a directory, the newest 512 MiB in memory. */
export function mediaFiles(directory: string | undefined) {
  return directory === undefined ? inMemory() : onDisk(join(directory, 'media'));
}

function onDisk(directory: string) {
  const path = (id: string) => join(directory, id);
  return {
    put(id: string, bytes: Buffer) {
      mkdirSync(directory, { recursive: true });
      writeFileSync(path(id), bytes, { mode: 0o600 });
    },
    get(id: string): Buffer | undefined {
      try {
        return readFileSync(path(id));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    remove: (id: string) => rmSync(path(id), { force: true }),
  };
}

function inMemory() {
  const files = new Map<string, Buffer>();
  let held = 0;
  const remove = (id: string) => {
    held -= files.get(id)?.length ?? 0;
    files.delete(id);
  };
  return {
    put(id: string, bytes: Buffer) {
      files.set(id, bytes);
      held += bytes.length;
      for (const oldest of files.keys()) if (held > MOST_IN_MEMORY && oldest !== id) remove(oldest);
    },
    get: (id: string) => files.get(id),
    remove,
  };
}
