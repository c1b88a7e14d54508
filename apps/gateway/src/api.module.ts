import { Module } from '@nestjs/common';
import { CommandBus } from '@wbiz/eventing/kafka/command-bus';
import type { MediaStore } from '@wbiz/media-store/media-store';
import { openMediaStore } from '@wbiz/media-store/open-media-store';
import type { Config } from '@wbiz/service-kit/config';
import { Peers } from '@wbiz/service-kit/peers';
import { RUNTIME, type Runtime } from '@wbiz/service-kit/runtime';
import { Secrets } from '@wbiz/service-kit/sealing';
import { AccessModule } from './access/access.module.js';
import { Idempotency } from './access/idempotency.js';
import { CampaignsController } from './campaigns/campaigns.controller.js';
import { WriteCampaign } from './campaigns/write-campaign.js';
import { Commands } from './commands/commands.js';
import { ContactsController } from './contacts/contacts.controller.js';
import { ConversationsController } from './conversations/conversations.controller.js';
import { CustomFieldsController } from './custom-fields/custom-fields.controller.js';
import { EventsController } from './events/events.controller.js';
import { FlowsController } from './flows/flows.controller.js';
import type { SETTINGS } from './gateway.settings.js';
import { MediaController } from './media/media.controller.js';
import { MEDIA_STORE, MediaLibrary } from './media/media-library.js';
import { MeController } from './me/me.controller.js';
import { MessagesController } from './messages/messages.controller.js';
import { Sends } from './messages/sends.js';
import { PresetsController } from './presets/presets.controller.js';
import { QuickRepliesController } from './quick-replies/quick-replies.controller.js';
import { TagsController } from './tags/tags.controller.js';
import { TemplatesController } from './templates/templates.controller.js';
import { TemplateWrites } from './templates/write-template.js';
import { WebhooksController } from './webhooks/webhooks.controller.js';
import { WriteWebhook } from './webhooks/write-webhook.js';

/** The routes that clients call with API keys. */
@Module({
  imports: [AccessModule],
  controllers: [
    MessagesController,
    ConversationsController,
    ContactsController,
    TagsController,
    CustomFieldsController,
    TemplatesController,
    FlowsController,
    MediaController,
    QuickRepliesController,
    PresetsController,
    CampaignsController,
    WebhooksController,
    EventsController,
    MeController,
  ],
  providers: [
    {
      provide: Commands,
      useFactory: (peers: Peers, bus: CommandBus, idempotency: Idempotency) =>
        new Commands(peers, bus, idempotency),
      inject: [Peers, CommandBus, Idempotency],
    },
    {
      provide: Sends,
      useFactory: (commands: Commands, peers: Peers) => new Sends(commands, peers),
      inject: [Commands, Peers],
    },
    {
      provide: WriteCampaign,
      useFactory: (commands: Commands, peers: Peers) => new WriteCampaign(commands, peers),
      inject: [Commands, Peers],
    },
    {
      provide: WriteWebhook,
      useFactory: (commands: Commands, peers: Peers, { config }: Runtime<Config<typeof SETTINGS>>) => {
        const secrets = new Secrets({ key: config.WEBHOOKS_KEY, previous: config.WEBHOOKS_KEY_PREVIOUS });
        return new WriteWebhook(commands, peers, secrets);
      },
      inject: [Commands, Peers, RUNTIME],
    },
    {
      provide: TemplateWrites,
      useFactory: (commands: Commands, peers: Peers) => new TemplateWrites(commands, peers),
      inject: [Commands, Peers],
    },
    {
      provide: MEDIA_STORE,
      useFactory: ({ config }: Runtime<Config<typeof SETTINGS>>) => openMediaStore(config.MEDIA_STORE),
      inject: [RUNTIME],
    },
    {
      provide: MediaLibrary,
      useFactory: (commands: Commands, peers: Peers, store: MediaStore, { logger }: Runtime) =>
        new MediaLibrary(commands, peers, store, logger),
      inject: [Commands, Peers, MEDIA_STORE, RUNTIME],
    },
  ],
})
export class ApiModule {}
