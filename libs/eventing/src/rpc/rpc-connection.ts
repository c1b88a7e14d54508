import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { introduce, type RpcTrust } from './handshake.js';
import { PromptSocket } from './prompt-socket.js';

/** No connection could be made, or it broke before the answer came. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

/** A request got no answer in time. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** The peer's handler threw; `thrown` is the error as received. */
export class Thrown extends Error {
  override readonly name = 'Thrown';
  constructor(readonly thrown: unknown) {
    super('The handler of the peer threw.');
  }
}

type Waiting = {
  readonly socket: Socket;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
};
type Answer = { readonly id: number; readonly err?: unknown; readonly response?: unknown };

const CONNECT_MS = 1_000;
const DOWN_MS = 250;

const ADDRESS = /^(?:\[([\da-f:.]{2,45})\]|([\w.-]{1,253})):(\d{1,5})$/i;

/** Splits `host:port`, where an IPv6 host stands in brackets; undefined for any other text. */
export function readAddress(address: string): { host: string; port: number } | undefined {
  const [, bracketed, plain, port] = ADDRESS.exec(address) ?? [];
  const host = bracketed ?? plain;
  return host && Number(port) >= 1 && Number(port) <= 65_535 ? { host, port: Number(port) } : undefined;
}

/**
 * One TCP connection to a Nest TCP server, in Nest's framing; opened on first use, and again after a loss. Both sides
 * authenticate before any request ({@link introduce}). Requests run in parallel.
 */
export class RpcConnection {
  /** The peer counts as unreachable until this time (ms since the epoch). */
  downUntil = 0;
  /** When something was last sent (ms since the epoch). */
  lastUsed = Date.now();
  private readonly target: { host: string; port: number };
  private readonly waiting = new Map<number, Waiting>();
  private link?: Promise<PromptSocket>;
  private socket?: Socket;
  private lastId = 0;

  private readonly meant: boolean;
  private readonly name: string;

  /**
   * `meant`: the address came from a command, so the peer must confirm that the address is its own. `name`: the host on
   * the peer's certificate, if it is not that of the address.
   */
  constructor(
    readonly address: string,
    private readonly trust: RpcTrust,
    { meant = false, name }: { readonly meant?: boolean; readonly name?: string } = {},
  ) {
    const target = readAddress(address);
    if (!target) throw new Error(`"${address}" is not an address of the form host:port`);
    this.target = target;
    this.meant = meant;
    this.name = name ?? target.host;
  }

  /** Resolves to the handler's answer. Throws {@link Thrown}, {@link NoAnswer} after `timeoutMs`, or {@link ConnectionLost}. */
  request(pattern: string, data: unknown, timeoutMs: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const id = (this.lastId += 1);
      const timer = setTimeout(() => {
        this.waiting.delete(id);
        reject(new NoAnswer(`${this.address} did not answer ${pattern} within ${timeoutMs} ms.`));
      }, timeoutMs);
      const link = (this.link ??= this.open());
      this.waiting.set(id, { socket: this.socket!, resolve, reject, timer });
      link.then(
        (open) => this.waiting.has(id) && this.write(open, { pattern, data, id }),
        () => undefined, // the socket's 'close' rejects all waiting requests
      );
    });
  }

  /**
   * Resolves at any answer: no peer has a handler for 'ping', and a working peer answers that. Throws as {@link
   * request}.
   */
  async ping(timeoutMs: number): Promise<void> {
    try {
      await this.request('ping', undefined, timeoutMs);
    } catch (error) {
      if (!(error instanceof Thrown)) throw error;
    }
  }

  /** Sends an event, to which there is no answer. Throws {@link ConnectionLost}. */
  async emit(pattern: string, data: unknown): Promise<void> {
    const link = await (this.link ??= this.open());
    this.write(link, { pattern, data });
  }

  /** Bytes that still wait in this process to be sent. */
  get unsent(): number {
    return this.socket?.writableLength ?? 0;
  }

  /** Closes the connection; later requests open a new one. */
  close(): void {
    this.socket?.destroy();
    this.link = this.socket = undefined;
  }

  private write(
    link: PromptSocket,
    { pattern, ...packet }: { readonly pattern: string; readonly data: unknown; readonly id?: number },
  ): void {
    this.lastUsed = Date.now();
    // The pattern is sent as JSON: Nest's server parses it, and one that is not JSON costs an exception.
    link.sendMessage({ ...packet, pattern: JSON.stringify(pattern) });
  }

  private open(): Promise<PromptSocket> {
    return new Promise((resolve, reject) => {
      const socket = this.dial();
      const late = setTimeout(() => socket.destroy(new Error('timed out')), CONNECT_MS);
      let cause: Error | undefined;
      this.socket = socket;
      socket.once(this.trust.tls ? 'secureConnect' : 'connect', () => {
        clearTimeout(late);
        introduce(socket, this.trust, this.meant ? this.address : '').then(
          () => {
            this.downUntil = 0;
            const link = new PromptSocket(socket);
            link.on('message', (answer: Answer) => this.take(answer));
            resolve(link);
          },
          (error: Error) => socket.destroy(error),
        );
      });
      socket.on('error', (error) => (cause = error));
      socket.once('close', () => {
        clearTimeout(late);
        const lost = new ConnectionLost(
          `The connection to ${this.address} is lost${cause ? `: ${cause.message}` : '.'}`,
          { cause },
        );
        if (this.socket === socket) this.link = this.socket = undefined;
        if (cause) this.downUntil = Date.now() + DOWN_MS;
        reject(lost);
        for (const [id, waiting] of this.waiting) {
          if (waiting.socket !== socket) continue;
          this.waiting.delete(id);
          clearTimeout(waiting.timer);
          waiting.reject(lost);
        }
      });
    });
  }

  private dial(): Socket {
    const { name } = this;
    const target = { ...this.target, keepAlive: true, keepAliveInitialDelay: 10_000 };
    const { tls } = this.trust;
    if (!tls) return connect(target);
    return connectTls({
      ...target,
      ...tls,
      minVersion: 'TLSv1.3',
      ...(isIP(name) ? {} : { servername: name }),
    });
  }

  private take({ id, err, response }: Answer): void {
    const waiting = this.waiting.get(id);
    if (!waiting) return; // the answer came after the timeout
    this.waiting.delete(id);
    clearTimeout(waiting.timer);
    if (err === undefined || err === null) waiting.resolve(response);
    else waiting.reject(new Thrown(err));
  }
}
