import type { TemplateStatus } from '@wbiz/contracts/template';

export const STATUS_NAMES: Readonly<Record<TemplateStatus, string>> = {
  approved: 'Approved',
  pending: 'In review',
  rejected: 'Rejected',
  paused: 'Paused',
  disabled: 'Disabled',
  draft: 'Draft',
};
const TONES: Readonly<Record<TemplateStatus, string>> = {
  approved: 'good',
  pending: 'info',
  rejected: 'bad',
  paused: 'warn',
  disabled: 'bad',
  draft: '',
};

export function TemplateStatusBadge({ status }: { status: TemplateStatus }) {
  return <span class={`badge ${TONES[status]}`}>{STATUS_NAMES[status]}</span>;
}

const QUALITY_TONES: Readonly<Record<string, string>> = { GREEN: 'good', YELLOW: 'warn', RED: 'bad' };
const QUALITY_NAMES: Readonly<Record<string, string>> = { GREEN: 'High', YELLOW: 'Medium', RED: 'Low' };

/** The quality, as Meta rates it by people's reactions. */
export function Quality({ score }: { score: string | null }) {
  if (!score || score === 'UNKNOWN') return <span class="soft">Not rated yet</span>;
  return <span class={`badge ${QUALITY_TONES[score] ?? ''}`}>{QUALITY_NAMES[score] ?? score}</span>;
}

/** `MARKETING` as `Marketing`. */
export const categoryName = (category: string) => category.charAt(0) + category.slice(1).toLowerCase();
