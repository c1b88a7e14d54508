import { applyDecorators, Catch, Logger, UseFilters, type RpcExceptionFilter } from '@nestjs/common';
import { EventPattern, MessagePattern, Transport } from '@nestjs/microservices';
import { throwError, type Observable } from 'rxjs';
import { classifyFault } from '../fault.js';
import type { RejectionData } from '../message.js';
import { Rejection } from '../rejection.js';
import { REPLIES } from './reply-publisher.js';
import { RpcServer, type RpcServerOptions } from './rpc-server.js';

/**
 * Passes a refusal on unchanged; of any other error the caller gets only the code `unavailable` or `internal_error`.
 */
@Catch()
class OverTheWire implements RpcExceptionFilter {
  private readonly logger = new Logger('QueryHandler');

  catch(error: unknown): Observable<never> {
    return throwError(() => this.told(error));
  }

  private told(error: unknown): RejectionData {
    if (error instanceof Rejection) return error.toData();
    if (classifyFault(error) === 'passing')
      return { code: 'unavailable', message: 'A part of the service does not answer at present.' };
    this.logger.error(error);
    return { code: 'internal_error', message: 'Something went wrong on our side.' };
  }
}
const overTheWire = new OverTheWire();

/**
 * Marks a method that answers a query over TCP: it gets the query's data and returns the answer (JSON), or throws a
 * `Rejection`.
 */
export const QueryHandler = (pattern: string): MethodDecorator =>
  applyDecorators(MessagePattern(pattern, Transport.TCP), UseFilters(overTheWire));

/** Marks the method that receives the replies to this process's commands, as a `readonly StagedReply[]`. */
export const RepliesHandler = (): MethodDecorator =>
  applyDecorators(EventPattern<string>(REPLIES, Transport.TCP), UseFilters(overTheWire));

/** Options for `app.connectMicroservice`: a server that answers queries and receives replies. */
export const rpcServerOptions = (given: RpcServerOptions) => ({
  strategy: new RpcServer(given),
});
