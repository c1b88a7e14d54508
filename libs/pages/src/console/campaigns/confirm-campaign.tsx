import type { Schedule } from '@wbiz/contracts/schedule';
import type { Schemas } from '@wbiz/sdk/operations';
import { Fault, type Refusal } from '../../parts/fault.js';
import { Modal } from '../../parts/modal.js';
import type { CampaignDraft } from './campaign-draft.js';
import { Plan } from './plan.js';
import { people, scheduleWords } from './words.js';

type ConfirmCampaignProps = {
  /** Whether the campaign exists already. */
  readonly stored: boolean;
  readonly draft: CampaignDraft;
  readonly schedule: Schedule;
  readonly preview: Schemas['AudiencePreview'];
  readonly save: { readonly error: Refusal | null; readonly isPending: boolean; readonly mutate: () => void };
  readonly onClose: () => void;
};

/** Asks before a campaign is saved, scheduled or started. */
export function ConfirmCampaign({ stored, draft, schedule, preview, save, onClose }: ConfirmCampaignProps) {
  return (
    <Modal
      title={
        stored
          ? `Save ${draft.name.trim()}?`
          : draft.mode === 'now'
            ? `Send to ${people(preview.plan?.eligible ?? 0)} now?`
            : `Schedule ${draft.name.trim()}?`
      }
      onClose={onClose}
    >
      {draft.mode === 'at' && <p>It starts: {scheduleWords(schedule)}. The audience is read then.</p>}
      <Plan preview={preview} isOld={false} />
      <Fault error={save.error} />
      <div class="row">
        <button type="button" class="primary" disabled={save.isPending} onClick={() => save.mutate()}>
          {save.isPending ? 'One moment…' : stored ? 'Save' : draft.mode === 'now' ? 'Start now' : 'Schedule'}
        </button>
        <button type="button" onClick={onClose}>
          Back
        </button>
      </div>
    </Modal>
  );
}
