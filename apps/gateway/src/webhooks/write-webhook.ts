import { newId } from '@wbiz/contracts/ids';
import { fieldFault } from '@wbiz/contracts/problem';
import {
  newWebhookSecret,
  type CreateWebhook,
  type ReplayWebhook,
  type UpdateWebhook,
  type WebhookAndSealedSecret,
  type WebhookWithSecret,
} from '@wbiz/contracts/webhook';
import { Rejection } from '@wbiz/eventing/rejection';
import type { Peers } from '@wbiz/service-kit/peers';
import type { Secrets } from '@wbiz/service-kit/sealing';
import type { Call } from '../access/call.js';
import type { Commands } from '../commands/commands.js';

/** Writes webhooks; secrets and headers leave the gateway sealed and return sealed. */
export class WriteWebhook {
  constructor(
    private readonly commands: Pick<Commands, 'execute'>,
    private readonly peers: Pick<Peers, 'ask'>,
    private readonly secrets: Pick<Secrets, 'seal' | 'unseal'>,
  ) {}

  async create(call: Call, { headers, ...body }: CreateWebhook): Promise<WebhookWithSecret> {
    await this.requireReachable(body.url);
    const at = new Date();
    const webhookId = newId('whk', at.getTime());
    const made = await this.commands.execute(call, 'webhook.create', {
      ...body,
      ...this.sealed(webhookId, headers),
      webhookId,
      at: at.toISOString(),
      sealedSecret: this.secrets.seal(newWebhookSecret(), webhookId),
    });
    return this.opened(made);
  }

  async update(call: Call, webhookId: string, { headers, ...body }: UpdateWebhook) {
    if (body.url !== undefined) await this.requireReachable(body.url);
    const at = new Date().toISOString();
    const data = { ...body, ...this.sealed(webhookId, headers), webhookId, at };
    return this.commands.execute(call, 'webhook.update', data);
  }

  async rotateSecret(call: Call, webhookId: string): Promise<WebhookWithSecret> {
    const rotated = await this.commands.execute(call, 'webhook.rotate-secret', {
      webhookId,
      at: new Date().toISOString(),
      sealedSecret: this.secrets.seal(newWebhookSecret(), webhookId),
    });
    return this.opened(rotated);
  }

  replay(call: Call, webhookId: string, { since, until, only = 'all' }: ReplayWebhook) {
    const at = new Date().toISOString();
    const data = { webhookId, at, since: utc(since), until: until ? utc(until) : at, only };
    return this.commands.execute(call, 'webhook.replay', data);
  }

  private async requireReachable(url: string): Promise<void> {
    const fault = await this.peers.ask('webhook.check-url', { url });
    if (fault === null) return;
    const found = fieldFault('/url', 'url', fault);
    throw new Rejection('invalid_request', found.detail, [found]);
  }

  private sealed(webhookId: string, headers: Record<string, string> | null | undefined) {
    if (headers === undefined) return {};
    const names = Object.keys(headers ?? {});
    const sealedHeaders = names.length ? this.secrets.seal(JSON.stringify(headers), webhookId) : null;
    return { headerNames: names, sealedHeaders };
  }

  private opened({ view, sealedSecret }: WebhookAndSealedSecret): WebhookWithSecret {
    return { ...view, secret: this.secrets.unseal(sealedSecret, view.id) };
  }
}

const utc = (time: string) => new Date(time).toISOString();
