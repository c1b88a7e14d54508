import { applyDecorators, Catch, UseFilters, type RpcExceptionFilter } from '@nestjs/common';
import { MessagePattern, Transport } from '@nestjs/microservices';
import { throwError, type Observable } from 'rxjs';

/**
 * Passes a handler's error on unchanged: Nest would replace it with a plain object, which the command server cannot
 * classify.
 */
@Catch()
class LetThrough implements RpcExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}
const letThrough = new LetThrough();

/**
 * Marks a method that handles commands (or inbound records) of one type: a `@MessagePattern` of the Kafka transport.
 * The method gets the whole `Command` and returns the reply's data or a complete `Reply`; undefined sends no reply.
 */
export const CommandHandler = (type: string): MethodDecorator =>
  applyDecorators(MessagePattern(type, Transport.KAFKA), UseFilters(letThrough));
