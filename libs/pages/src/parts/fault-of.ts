import type { Refusal } from './fault.js';

/** What a refusal says of a field, by its pointer or what stands below it. */
export const faultOf =
  (error: Refusal | null) =>
  (pointer: string): string | undefined =>
    error?.details?.find((fault) => fault.pointer === pointer || fault.pointer.startsWith(`${pointer}/`))
      ?.detail;
