import { AsyncResource } from 'node:async_hooks';
import type { Socket } from 'node:net';
import { ServerTCP } from '@nestjs/microservices';
import { admit, PROVE_MS, Unproven, type RpcTrust } from './handshake.js';
import { MOST_CHARACTERS, PromptSocket } from './prompt-socket.js';

/** Limits of a server: connections, unproven connections, characters of a frame. */
export type Bounds = {
  readonly connections?: number;
  readonly unproven?: number;
  readonly frameLength?: number;
};

/** `address` is the one that commands carry as their `replyto`. */
export type RpcServerOptions = Bounds & {
  readonly host: string;
  readonly port: number;
  readonly address: string;
  readonly trust: RpcTrust;
};

/** Closes the connection at a frame without a pattern; Nest would log each such frame and go on. */
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

/** Nest's TCP server, for authenticated peers only, with limits on connections and frames. */
export class RpcServer extends ServerTCP {
  private readonly frameLength: number;
  private readonly mostUnproven: number;
  private readonly address: string;
  private readonly trust: RpcTrust;
  /** Connections whose peers have not authenticated yet, oldest first. */
  private readonly unproven = new Set<Socket>();

  constructor({
    host,
    port,
    address,
    trust,
    connections = 1_000,
    unproven = 100,
    frameLength = MOST_CHARACTERS,
  }: RpcServerOptions) {
    super({ host, port, ...(trust.tls && { tlsOptions: serverTls(trust.tls) }) });
    this.frameLength = frameLength;
    this.mostUnproven = unproven;
    this.address = address;
    this.trust = trust;
    this.server.maxConnections = connections;
    this.server.on('drop', () => this.logger.warn('rpc server: too many connections; closing a new one'));
    this.server.on('tlsClientError', ({ message: reason }: Error, { remoteAddress }: Socket) =>
      this.refused(remoteAddress, reason),
    );
  }

  /** Nest gets a connection only after the peer has proved that it is a process of this installation. */
  override bindHandler(socket: Socket): void {
    const { remoteAddress } = socket;
    // Binds the socket's events to the current async context, that of the server's start; Node emits them
    // outside of it.
    socket.emit = AsyncResource.bind(socket.emit);
    this.trackOpenSocket(socket);
    this.unproven.add(socket);
    socket.on('error', () => undefined); // 'close' follows
    socket.once('close', () => this.unproven.delete(socket));
    if (this.unproven.size > this.mostUnproven) {
      const [oldest] = this.unproven;
      oldest!.destroy();
    }
    admit(socket, this.trust, this.address).then(
      () => {
        this.unproven.delete(socket);
        super.bindHandler(socket);
      },
      (error: Error) => {
        socket.destroy();
        if (error instanceof Unproven) this.refused(remoteAddress, error.message);
      },
    );
  }

  protected override getSocketInstance(socket: Socket): PromptSocket {
    const { remoteAddress: address } = socket;
    return new RequestSocket(socket, this.frameLength, ({ name: fault }) =>
      this.logger.warn('rpc server: malformed frame from a peer; closing its connection', { address, fault }),
    );
  }

  private refused(address: string | undefined, reason: string): void {
    this.logger.warn(
      'rpc server: a peer did not prove that it is a process of this installation; closing its connection',
      {
        address,
        reason,
      },
    );
  }
}

const serverTls = (tls: NonNullable<RpcTrust['tls']>) => ({
  ...tls,
  requestCert: true,
  rejectUnauthorized: true,
  minVersion: 'TLSv1.3' as const,
  handshakeTimeout: PROVE_MS,
});
