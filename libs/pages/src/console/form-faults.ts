import { useEffect, useRef } from 'preact/hooks';
import { faultsByPlace } from '../parts/field-faults.js';
import type { Refusal } from '../parts/fault.js';

/** Splits a refusal into the faults of the form's fields, and `rest`: what no field of it shows. */
export function formFaults(error: Refusal | null, fields: readonly string[]) {
  const fieldOf = (pointer: string) => fields.find((name) => `${pointer}/`.startsWith(`/${name}/`)) ?? '';
  const faults = faultsByPlace(error?.details ?? [], fieldOf);
  return { of: (field: string) => faults.get(field), rest: restOf(error, fieldOf) };
}

function restOf(error: Refusal | null, fieldOf: (pointer: string) => string): Error | null {
  const details = error?.details ?? [];
  const others = details.filter(({ pointer }) => fieldOf(pointer) === '');
  if (others.length > 0) return new Error(others.map(({ detail }) => detail).join(' '));
  return details.length > 0 ? null : error;
}

/** A form that focuses its first faulty field after a refusal. */
export function useFaultFocus(error: unknown) {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (error) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [error]);
  return form;
}
