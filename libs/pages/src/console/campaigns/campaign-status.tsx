import type { CampaignStatus } from '@wbiz/contracts/campaign';

export const STATUS_NAMES: Readonly<Record<CampaignStatus, string>> = {
  running: 'Running',
  scheduled: 'Scheduled',
  paused: 'Paused',
  completed: 'Completed',
  cancelled: 'Cancelled',
  failed: 'Failed',
};
const TONES: Readonly<Record<CampaignStatus, string>> = {
  running: 'info',
  scheduled: '',
  paused: 'warn',
  completed: 'good',
  cancelled: '',
  failed: 'bad',
};

export function CampaignStatusBadge({ status }: { status: CampaignStatus }) {
  return <span class={`badge ${TONES[status]}`}>{STATUS_NAMES[status]}</span>;
}
