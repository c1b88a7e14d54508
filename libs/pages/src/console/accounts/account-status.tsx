import type { AccountStatus } from '@wbiz/contracts/account';

const LOOK = {
  active: ['good', 'Active'],
  suspended: ['warn', 'Suspended'],
  disconnected: ['bad', 'Disconnected'],
} satisfies Record<AccountStatus, readonly [string, string]>;

export function StatusBadge({ status }: { status: AccountStatus }) {
  const [look, name] = LOOK[status];
  return <span class={`badge ${look}`}>{name}</span>;
}
