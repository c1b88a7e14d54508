import type { Logger } from '@wbiz/eventing/logger';

/** A logger that logs nothing. */
export const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {} };
