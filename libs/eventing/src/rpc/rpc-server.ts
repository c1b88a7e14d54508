import type { Socket } from 'node:net';
import { ServerTCP } from '@nestjs/microservices';
import { MOST_CHARACTERS, PromptSocket } from './prompt-socket.js';

/** What a server takes from its peers at most: connections, and characters of a frame. */
export type Bounds = { readonly connections?: number; readonly frameLength?: number };

/** A frame needs a pattern: Nest would log each one that has none. */
class RequestSocket extends PromptSocket {
  constructor(
    socket: Socket,
    frameLength: number,
    private readonly onFault: (fault: Error) => void,
  ) {
    super(socket, frameLength);
  }

  protected override isPacket(message: object): boolean {
    return 'pattern' in message && typeof message.pattern === 'string';
  }

  protected override handleDataError(fault: Error): void {
    this.netSocket.destroy();
    this.onFault(fault);
  }
}

/** Nest's TCP server, with bounds on what a peer can take of it. */
export class RpcServer extends ServerTCP {
  private readonly frameLength: number;

  constructor({
    host,
    port,
    connections = 1_000,
    frameLength = MOST_CHARACTERS,
  }: Bounds & { host: string; port: number }) {
    super({ host, port });
    this.frameLength = frameLength;
    this.server.maxConnections = connections;
    this.server.on('drop', () => this.logger.warn('too many connections of peers; a new one is closed'));
  }

  protected override getSocketInstance(socket: Socket): PromptSocket {
    const { remoteAddress: address } = socket;
    return new RequestSocket(socket, this.frameLength, ({ name: fault }) =>
      this.logger.warn('a peer sent what is no frame of ours; its connection is cut', { address, fault }),
    );
  }
}
