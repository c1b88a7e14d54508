/** An instant in local time, as the value of a `datetime-local` input: `2026-12-01T10:00`. */
export function localTime(instant: Date): string {
  return new Date(instant.getTime() - instant.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
