export type * from './operations.js';
export { Wbiz, type EventOptions, type WbizOptions } from './wbiz.js';
export { WbizError } from './wbiz-error.js';
export { signWebhook, verifyWebhook, type WebhookEvent } from './webhook.js';
