import { applyDecorators, Catch, UseFilters, type RpcExceptionFilter } from '@nestjs/common';
import { MessagePattern, Transport } from '@nestjs/microservices';
import { throwError, type Observable } from 'rxjs';

/** Nest would replace what a handler throws by an object; the command server needs the error itself. */
@Catch()
class LetThrough implements RpcExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}
const letThrough = new LetThrough();

/**
 * Handles commands (or inbound records) of one type: a `@MessagePattern` of the Kafka transport. The method gets the
 * whole `Command` and returns the reply's data, or a `Reply`; undefined: no reply.
 */
export const CommandHandler = (type: string): MethodDecorator =>
  applyDecorators(MessagePattern(type, Transport.KAFKA), UseFilters(letThrough));
