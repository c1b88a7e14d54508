import type {
  CampaignTemplate,
  CampaignView,
  CreateCampaign,
  UpdateCampaign,
} from '@wbiz/contracts/campaign';
import { newId } from '@wbiz/contracts/ids';
import { personalised } from '@wbiz/contracts/text/personal-values';
import type { FieldFault } from '@wbiz/contracts/problem';
import { fillTemplate } from '@wbiz/contracts/template/filling';
import type { TemplateStatus } from '@wbiz/contracts/template';
import { Rejection } from '@wbiz/eventing/rejection';
import type { Peers } from '@wbiz/service-kit/peers';
import type { Call } from '../access/call.js';
import type { Commands } from '../commands/commands.js';
import { found } from '../found.js';
import { requireSending, senderOf } from '../messages/sends.js';
import { requireMediaOf } from './campaign-media.js';
import { startOf } from './schedule-start.js';

const NOW = { mode: 'now' } as const;
/** Template statuses refused, by mode of the schedule. For a later start any other status may still become approved. */
const UNSENDABLE: Readonly<Record<'now' | 'at', readonly TemplateStatus[]>> = {
  now: ['draft', 'pending', 'rejected', 'paused', 'disabled'],
  at: ['rejected', 'paused', 'disabled'],
};

/** Writes campaigns. A fault that would fail every send is refused here, with its pointer. */
export class WriteCampaign {
  constructor(
    private readonly commands: Pick<Commands, 'execute'>,
    private readonly peers: Pick<Peers, 'ask'>,
  ) {}

  create(call: Call, { schedule = NOW, ratePerSecond, from, ...body }: CreateCampaign) {
    return this.commands.execute(call, 'campaign.create', async () => {
      requireSending(call);
      const at = new Date();
      const { id: phoneNumberId } = senderOf(call, from);
      const startsAt = startOf(schedule, at);
      await this.requireTemplate(call, body.template, schedule.mode);
      return {
        ...body,
        campaignId: newId('cmp', at.getTime()),
        at: at.toISOString(),
        schedule,
        startsAt,
        ratePerSecond: ratePerSecond ?? null,
        phoneNumberId,
      };
    });
  }

  update(call: Call, campaignId: string, { schedule, from, ...body }: UpdateCampaign) {
    return this.commands.execute(call, 'campaign.update', async () => {
      requireSending(call);
      const at = new Date();
      const sender = from === undefined ? {} : { phoneNumberId: senderOf(call, from ?? undefined).id };
      const start =
        schedule === undefined ? {} : { schedule: schedule ?? NOW, startsAt: startOf(schedule ?? NOW, at) };
      const changes = { ...body, ...sender, ...start };
      if (changes.template ?? changes.schedule) {
        const { template, schedule: due } = { ...(await this.stored(call, campaignId)), ...changes };
        await this.requireTemplate(call, template, due.mode);
      }
      return { ...changes, campaignId, at: at.toISOString() };
    });
  }

  private stored({ account }: Call, id: string): Promise<CampaignView> {
    return found(`campaign ${id}`, this.peers.ask('campaign.get', { accountId: account.id, id }));
  }

  /** Throws `template_not_found`, `template_not_approved`, `template_variables_mismatch` or `media_not_found`. */
  private async requireTemplate(call: Call, given: CampaignTemplate, mode: 'now' | 'at'): Promise<void> {
    const { name, language } = given;
    const stored = await this.peers.ask('template.find', { accountId: call.account.id, name, language });
    if (!stored)
      throw refused('template_not_found', '/template/name', `There is no template ${name} in ${language}.`);
    if (UNSENDABLE[mode].includes(stored.status))
      throw refused(
        'template_not_approved',
        '/template/name',
        `The template ${name} (${language}) is ${stored.status}; only an approved one can be sent.`,
      );
    // Unknown values count as one character: Meta limits codes to fewer characters than a placeholder has.
    const filled = personalised(given, ({ fallback = 'x' }) => fallback);
    const faults = fillTemplate(stored, filled).faults.map(({ pointer, ...fault }) => ({
      ...fault,
      pointer: `/template${pointer}`,
    }));
    const [first] = faults;
    if (first) throw new Rejection(first.code, first.detail, faults);
    await requireMediaOf(this.peers, call, given);
  }
}

function refused(code: string, pointer: string, detail: string): Rejection {
  return new Rejection(code, detail, [{ pointer, code, detail } satisfies FieldFault]);
}
