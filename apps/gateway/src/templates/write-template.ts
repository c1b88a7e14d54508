import type { CommandData, CommandOutcome } from '@wbiz/contracts/command-catalogue';
import { newId } from '@wbiz/contracts/ids';
import type { TemplateView } from '@wbiz/contracts/template';
import type { CreateTemplate, TemplateReply, UpdateTemplate } from '@wbiz/contracts/template/writes';
import { Rejection } from '@wbiz/eventing/rejection';
import type { Peers } from '@wbiz/service-kit/peers';
import type { Call } from '../access/call.js';
import { inProgress } from '../access/idempotency.js';
import type { Commands } from '../commands/commands.js';
import { settledRefusal } from '../commands/settled-refusal.js';

type Writes = 'template.create' | 'template.update' | 'template.delete';

/** Changes to templates: the service `templates` accepts them, then the request waits for Meta's answer. */
export class TemplateWrites {
  constructor(
    private readonly commands: Pick<Commands, 'outcome'>,
    private readonly peers: Pick<Peers, 'ask'>,
  ) {}

  create(body: CreateTemplate, call: Call): Promise<TemplateView> {
    const at = new Date();
    const templateId = newId('tpl', at.getTime());
    return this.write(call, 'template.create', { ...body, templateId, at: at.toISOString() }, shown);
  }

  update(templateId: string, body: UpdateTemplate, call: Call): Promise<TemplateView> {
    const at = new Date().toISOString();
    return this.write(call, 'template.update', { ...body, templateId, at }, shown);
  }

  async delete(templateId: string, call: Call): Promise<void> {
    await this.write(call, 'template.delete', { templateId, at: new Date().toISOString() }, () => null);
  }

  /** `done`: makes the outcome of a change that is not submitted to Meta. */
  private write<Name extends Writes>(
    call: Call,
    name: Name,
    data: CommandData<Name>,
    done: (reply: TemplateReply) => CommandOutcome<Name>,
  ): Promise<CommandOutcome<Name>> {
    return this.commands.outcome(call, name, data, {
      outcomeIn: (reply) => (reply.submission === null ? done(reply) : undefined),
      withoutOutcome: (reply, resumed) => this.outcomeOnFile<Name>(call, reply, resumed),
    });
  }

  private async outcomeOnFile<Name extends Writes>(
    call: Call,
    { template: { id }, submission }: TemplateReply,
    resumed: boolean,
  ): Promise<CommandOutcome<Name>> {
    const asked = this.peers.ask('template.outcome', { accountId: call.account.id, id: submission! });
    const outcome = await (resumed ? asked : asked.catch(() => null));
    if (outcome?.ok === false) throw settledRefusal(outcome.error);
    if (outcome) return outcome.data as CommandOutcome<Name>;
    if (resumed) throw inProgress();
    throw new Rejection(
      'outcome_pending',
      `This is being submitted to Meta, who has not answered yet. GET /v1/templates/${id} will tell; a new template that Meta refuses is not there any more.`,
      { templateId: id },
    );
  }
}

const shown = ({ template }: TemplateReply) => template;
