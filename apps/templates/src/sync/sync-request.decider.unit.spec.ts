import { it } from '@jest/globals';
import { scenario } from '@wbiz/testing/scenario';
import { syncRequest, type SyncRequestEvent } from './sync-request.decider.js';

const { given } = scenario(syncRequest);
const asked = { requestId: 'cmd_1', replyTo: '127.0.0.1:8082' };
const reply = { ok: true, data: { total: 3 } } as const;
const requested: SyncRequestEvent = { type: 'sync.requested', data: asked };
const settled: SyncRequestEvent = { type: 'sync.settled', data: { reply } };
const sync = { type: 'template.sync', data: asked } as const;
const settle = { type: 'template.settle-sync', data: { requestId: 'cmd_1', reply } } as const;

it('is taken once', () => {
  given().when(sync).then(requested);
  given(requested).when(sync).thenNothing();
});

it('is settled once, and not before it was taken', () => {
  given(requested).when(settle).then(settled);
  given(requested, settled).when(settle).thenNothing();
  given().when(settle).thenNothing();
});
