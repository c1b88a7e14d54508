import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { NotStored, type MediaStore } from './media-store.js';

const KEY = /^[\w-]+\/[\w.-]+$/;

/** A store in a directory with one folder per account. All replicas of all services must share the directory. */
export async function openDirectory(url: URL): Promise<MediaStore> {
  const root = fileURLToPath(url);
  await mkdir(root, { recursive: true, mode: 0o700 });
  const pathOf = (key: string) => {
    if (!KEY.test(key)) throw new Error(`${JSON.stringify(key)} is no key of the media store`);
    return join(root, key);
  };

  return {
    async put(key, bytes) {
      const path = pathOf(key);
      const unfinished = join(dirname(path), `${basename(path)}.${randomUUID()}.part`);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      try {
        // `flush`: the file's bytes are on the disk before the file gets its final name.
        await pipeline(
          Readable.from(bytes),
          createWriteStream(unfinished, { flags: 'wx', mode: 0o600, flush: true }),
        );
        await rename(unfinished, path);
      } catch (error) {
        await rm(unfinished, { force: true });
        throw error;
      }
      await synced(dirname(path));
    },

    async open(key) {
      const file = await open(pathOf(key)).catch((error: NodeJS.ErrnoException) => {
        throw error.code === 'ENOENT' ? new NotStored(key) : error;
      });
      return file.createReadStream();
    },

    delete: (key) => rm(pathOf(key), { force: true }),

    async *list() {
      for (const folder of await readdir(root))
        for (const name of await readdir(join(root, folder)).catch(noFolder)) {
          const found = await stat(join(root, folder, name)).catch(() => undefined); // the file was removed after the listing
          if (found) yield { key: `${folder}/${name}`, changedAt: found.mtime };
        }
    },
  };
}

async function synced(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const noFolder = (error: NodeJS.ErrnoException): string[] => {
  if (error.code === 'ENOTDIR' || error.code === 'ENOENT') return [];
  throw error;
};
