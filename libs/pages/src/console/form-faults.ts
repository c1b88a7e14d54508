import { useEffect, useRef } from 'preact/hooks';
import { faultsByPlace } from '../parts/field-faults.js';
import type { Refusal } from '../parts/fault.js';

/** Splits a refusal into faults by form field and the rest. */
export function formFaults(error: Refusal | null, fields: readonly string[]) {
  const fieldOf = (pointer: string) => fields.find((name) => `${pointer}/`.startsWith(`/${name}/`)) ?? '';
  const faults = faultsByPlace(error?.details ?? [], fieldOf);
  const isTold = faults.size > 0 && !faults.has('');
  return { of: (field: string) => faults.get(field), rest: isTold ? null : error };
}

/** A form that focuses its first faulty field after a refusal. */
export function useFaultFocus(error: unknown) {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (error) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [error]);
  return form;
}
