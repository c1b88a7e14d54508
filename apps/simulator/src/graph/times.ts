export const DAY_MS = 24 * 3_600_000;

export const unixSeconds = () => Math.floor(Date.now() / 1000);

/** Formats unix seconds as Meta does: `2026-01-01T00:00:00+0000`. */
export const metaTime = (seconds: number) =>
  new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, '+0000');
