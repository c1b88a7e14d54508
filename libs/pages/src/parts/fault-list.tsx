import { faultWords, type Fault } from './field-faults.js';

/** Lists faults that no field of the form shows. */
export function FaultList({ faults }: { faults: readonly Fault[] }) {
  if (faults.length === 0) return null;
  return (
    <ul class="notice bad" role="alert">
      {faults.map((fault) => (
        <li key={fault.pointer}>
          <code>{fault.pointer.slice(1)}</code> {faultWords(fault)}
        </li>
      ))}
    </ul>
  );
}
