import type { Refusal } from './fault.js';

/** A refusal's fault at a field's pointer, or below it. */
export const faultOf =
  (error: Refusal | null) =>
  (pointer: string): string | undefined =>
    error?.details?.find((fault) => fault.pointer === pointer || fault.pointer.startsWith(`${pointer}/`))
      ?.detail;
