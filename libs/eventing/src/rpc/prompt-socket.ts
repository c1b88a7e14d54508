import { JsonSocket } from '@nestjs/microservices';
import type { Socket } from 'node:net';

/** The most characters of a frame; the connection of a peer that sends more is closed. */
export const MOST_CHARACTERS = 16 * 1024 * 1024;

/**
 * Nest's framing on a socket that sends all messages of one turn of the event loop in one write (the system call costs
 * more than the message), and at once: with Nagle's algorithm, which Nest leaves on, an answer would wait for the
 * peer's delayed ACK (40 ms). The first malformed frame ends the connection.
 */
export class PromptSocket extends JsonSocket {
  constructor(socket: Socket, frameLength = MOST_CHARACTERS) {
    super(socket, { maxBufferSize: frameLength });
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

  protected isPacket(message: object): boolean {
    return 'id' in message;
  }

  protected override emitMessage(text: string): void {
    const message: unknown = JSON.parse(text);
    if (typeof message !== 'object' || message === null || !this.isPacket(message))
      throw new TypeError('The frame holds no packet.');
    this.netSocket.emit('message', message);
  }

  /** Closes the connection. Nest would only stop sending, read on, and log every malformed frame in full. */
  protected override handleDataError({ name }: Error): void {
    this.netSocket.destroy(new Error(`It sent what is no frame (${name}).`));
  }
}
