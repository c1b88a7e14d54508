import { Global, Module, type DynamicModule } from '@nestjs/common';
import type { KafkaAccess } from '@wbiz/eventing/kafka/kafka-client';
import type { RpcTrust } from '@wbiz/eventing/rpc/handshake';
import type { ServiceConfig } from './settings.js';
import type { Health } from './health.js';
import type { Logger } from './logging.js';
import type { Shutdown } from './shutdown.js';
import type { StartSpan } from '@wbiz/eventing/tracing';
import type { Metrics } from './telemetry.js';

/** The objects that every part of a service can inject: `@Inject(RUNTIME) runtime: Runtime`. */
export type Runtime<Extra = unknown> = {
  readonly service: string;
  readonly replica: string;
  readonly config: ServiceConfig & Extra;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Undefined if no traces are recorded. */
  readonly startSpan?: StartSpan | undefined;
  readonly health: Health;
  readonly shutdown: Shutdown;
  readonly trust: RpcTrust;
  readonly kafka: KafkaAccess;
  /** Aborted when the process is told to stop. */
  readonly stopping: AbortSignal;
};
export const RUNTIME = Symbol('RUNTIME');

@Global()
@Module({})
export class RuntimeModule {
  static of(runtime: Runtime): DynamicModule {
    return {
      module: RuntimeModule,
      providers: [{ provide: RUNTIME, useValue: runtime }],
      exports: [RUNTIME],
    };
  }
}
