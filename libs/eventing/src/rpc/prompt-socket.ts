import { JsonSocket } from '@nestjs/microservices';
import type { Socket } from 'node:net';

/**
 * Nest's framing on a socket that sends what one turn of the event loop has to say in one write (a system call costs
 * more than all else about a message), and then at once: with Nagle's algorithm, which Nest leaves on, an answer would
 * wait for as long as the peer delays its ACK (40 ms).
 */
export class PromptSocket extends JsonSocket {
  constructor(socket: Socket) {
    super(socket);
    socket.setNoDelay(true);
  }

  override sendMessage(message: unknown, callback?: (error?: unknown) => void): void {
    const socket = this.netSocket;
    if (socket.writableCorked === 0) {
      socket.cork();
      setImmediate(() => socket.uncork());
    }
    super.sendMessage(message, callback);
  }
}
