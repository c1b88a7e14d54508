import { useEffect, useRef } from 'preact/hooks';
import { faultsByPlace } from '../parts/field-faults.js';
import type { Refusal } from '../parts/fault.js';

/** What a refusal says of the fields of a form, and what of it belongs to none of them. */
export function formFaults(error: Refusal | null, fields: readonly string[]) {
  const fieldOf = (pointer: string) => fields.find((name) => `${pointer}/`.startsWith(`/${name}/`)) ?? '';
  const faults = faultsByPlace(error?.details ?? [], fieldOf);
  const isTold = faults.size > 0 && !faults.has('');
  return { of: (field: string) => faults.get(field), rest: isTold ? null : error };
}

/** A form whose first field at fault gets the focus when it was refused. */
export function useFaultFocus(error: unknown) {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (error) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [error]);
  return form;
}
