export * from './operations.js';
export * from './wbiz.js';
export * from './wbiz-error.js';
export * from './webhook.js';
