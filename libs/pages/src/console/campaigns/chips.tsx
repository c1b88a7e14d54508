import { X } from 'lucide-preact';

/** The chosen items, as pairs of id and name; each can be removed. */
export function Chips({
  names,
  onRemove,
}: {
  names: readonly (readonly [string, string])[];
  onRemove: (id: string) => void;
}) {
  if (names.length === 0) return null;
  return (
    <ul class="chips">
      {names.map(([id, name]) => (
        <li key={id}>
          {name}
          <button type="button" class="quiet" aria-label={`Remove ${name}`} onClick={() => onRemove(id)}>
            <X size={14} aria-hidden="true" />
          </button>
        </li>
      ))}
    </ul>
  );
}
