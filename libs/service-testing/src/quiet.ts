import type { Logger } from '@wbiz/eventing/logger';

/** Logs nothing. */
export const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {} };
