import { META_ECHO, META_MESSAGE, META_STATUS, type MetaItem } from '@wbiz/contracts/meta/inbound';
import type { Answer } from '@wbiz/contracts/query-catalogue';
import { EventStore } from '@wbiz/eventing/postgres/event-store';
import { serviceUnderTest } from '@wbiz/service-testing/service-under-test';
import { MESSAGING } from '../messaging.service.js';

const alone = { displayPhoneNumber: null, contact: null };

/** The messaging service with simulated webhooks and a simulated gateway: `gateway.find` answers `account.find`. */
export async function inboundSystem() {
  const gateway = { find: (_wabaId: string): Answer<'account.find'> => null };
  const service = await serviceUnderTest(MESSAGING, {
    peers: { 'account.find': async ({ wabaId }) => gateway.find(wabaId) },
  });
  const { app, runtime } = await service.start();
  const of = (wabaId: string, phoneNumberId: string) => ({
    wabaId,
    phoneNumberId,
    receivedAt: new Date().toISOString(),
  });

  return {
    ...service,
    gateway,
    store: app.get(EventStore),
    /** Puts a message of Meta's on the topic as the gateway does. */
    message: (message: MetaItem, { wabaId = '1', phoneNumberId = '106' } = {}) =>
      service.putInbound(META_MESSAGE, { ...of(wabaId, phoneNumberId), ...alone, message }),
    /** Puts an echo of the WhatsApp Business app on the topic. */
    echo: (message: MetaItem, { wabaId = '1', phoneNumberId = '106' } = {}) =>
      service.putInbound(META_ECHO, { ...of(wabaId, phoneNumberId), ...alone, message }),
    /** Puts a status of Meta's on the topic. */
    status: (status: MetaItem, { wabaId = '1', phoneNumberId = '106' } = {}) =>
      service.putInbound(META_STATUS, { ...of(wabaId, phoneNumberId), status }),
    /** How many items were counted as `kind`. */
    counted: async (kind: string) =>
      Number(
        new RegExp(`wbiz_meta_items_total\\{kind="${kind}",[^}]*\\} (\\d+)`).exec(
          await runtime.metrics.text(),
        )?.[1] ?? 0,
      ),
  };
}
