import type { TemplateView } from '@wbiz/contracts/template';
import { Fault } from '../../parts/fault.js';
import { Loading } from '../../parts/loading.js';
import { TemplateBubble } from '../templates/template-bubble.js';
import { type CampaignDraft, isPersonal } from './campaign-draft.js';
import type { usePlan } from './campaign-form-queries.js';
import { previewOf } from './campaign-preview.js';
import { Plan } from './plan.js';

type PlanAndPreviewProps = {
  readonly plan: ReturnType<typeof usePlan>;
  readonly view: TemplateView | undefined;
  readonly draft: CampaignDraft;
};

/** What the campaign in the form comes to: how many get it and until when, and the message. */
export function PlanAndPreview({ plan, view, draft }: PlanAndPreviewProps) {
  const person = isPersonal(draft) ? plan.data?.sample[0] : undefined;
  return (
    <aside class="stack sticky" aria-label="What it comes to">
      <section class="card stack" aria-labelledby="plan">
        <h2 id="plan">Plan</h2>
        <Fault error={plan.error && new Error(plan.error.message)} />
        {plan.isFetching && <Loading label="Reading the plan" />}
        {plan.data ? (
          <Plan preview={plan.data} isOld={plan.isOld} />
        ) : (
          !plan.isFetching &&
          !plan.error && (
            <p class="soft">Shown once there are a template, all that it takes, and an audience.</p>
          )
        )}
      </section>
      {view && (
        <section class="stack" aria-labelledby="preview">
          <h2 id="preview">Preview</h2>
          <TemplateBubble
            template={previewOf(view, draft, person)}
            sample={draft.values.medium}
            cardSamples={draft.cards.map(({ medium }) => medium)}
            place={draft.place.name || draft.place.address}
          />
          {person && <p class="soft">As {person.name ?? person.phone ?? person.userId} would get it.</p>}
        </section>
      )}
    </aside>
  );
}
