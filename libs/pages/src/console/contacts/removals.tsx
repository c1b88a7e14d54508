import type { Schemas } from '@wbiz/sdk/operations';

/** Deleted tags or fields that are still being removed from contacts. */
export function Removals({ of: removals }: { of: readonly Schemas['Removal'][] | undefined }) {
  return (
    <>
      {removals?.map(({ name, total, remaining }) => (
        <p key={name} class="row" role="status">
          Taking {name} from {total} contacts
          <progress value={total - remaining} max={Math.max(1, total)} aria-label={`Taking ${name} away`} />
        </p>
      ))}
    </>
  );
}
