import { connect, type Socket } from 'node:net';
import { PromptSocket } from './prompt-socket.js';

/** No connection could be made, or it broke before the answer came. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

/** The peer took the request and was silent for too long. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** What the peer's handler threw, as it came over the wire. */
export class Thrown extends Error {
  override readonly name = 'Thrown';
  constructor(readonly thrown: unknown) {
    super('The handler of the peer threw.');
  }
}

type Waiting = {
  readonly link: PromptSocket;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
};
type Answer = { readonly id: number; readonly err?: unknown; readonly response?: unknown };

const CONNECT_MS = 1_000;
const DOWN_MS = 250;

/** Splits `host:port`, where an IPv6 host stands in brackets. */
export function parseAddress(address: string): { host: string; port: number } {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(address.trim()) ?? [];
  const host = bracketed ?? plain;
  if (!host || Number(port) < 1 || Number(port) > 65_535)
    throw new Error(`"${address}" is not an address of the form host:port`);
  return { host, port: Number(port) };
}

/**
 * One TCP connection to a Nest TCP server, in its framing, made when it is first needed and again after it broke.
 * Many requests are under way at once.
 */
export class RpcConnection {
  /** Until then the peer is taken for unreachable (ms since the epoch). */
  downUntil = 0;
  /** When something was last sent (ms since the epoch). */
  lastUsed = Date.now();
  private readonly target: { host: string; port: number };
  private readonly waiting = new Map<number, Waiting>();
  private link?: Promise<PromptSocket>;
  private socket?: Socket;
  private lastId = 0;

  constructor(readonly address: string) {
    this.target = parseAddress(address);
  }

  /** Resolves to the handler's answer. Throws {@link Thrown}, {@link NoAnswer} after `timeoutMs`, or {@link ConnectionLost}. */
  async request(pattern: string, data: unknown, timeoutMs: number): Promise<unknown> {
    const giveUp = Date.now() + timeoutMs;
    const link = await (this.link ??= this.open());
    return new Promise((resolve, reject) => {
      const id = (this.lastId += 1);
      const timer = setTimeout(
        () => {
          this.waiting.delete(id);
          reject(new NoAnswer(`${this.address} did not answer ${pattern} within ${timeoutMs} ms.`));
        },
        Math.max(0, giveUp - Date.now()),
      );
      this.waiting.set(id, { link, resolve, reject, timer });
      this.write(link, { pattern, data, id });
    });
  }

  /** Resolves to an answer of any kind: no peer handles it, and each one that is at work says so. Throws as {@link request}. */
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

  /** Bytes that the peer has not taken yet. */
  get unsent(): number {
    return this.socket?.writableLength ?? 0;
  }

  /** What is asked after it goes over a new connection. */
  close(): void {
    this.socket?.destroy();
    this.link = this.socket = undefined;
  }

  private write(
    link: PromptSocket,
    { pattern, ...packet }: { readonly pattern: string; readonly data: unknown; readonly id?: number },
  ): void {
    this.lastUsed = Date.now();
    // As JSON: Nest's server parses patterns, and one that is none costs it an exception.
    link.sendMessage({ ...packet, pattern: JSON.stringify(pattern) });
  }

  private open(): Promise<PromptSocket> {
    return new Promise((resolve, reject) => {
      const socket = connect({
        ...this.target,
        keepAlive: true,
        keepAliveInitialDelay: 10_000,
      });
      const link = new PromptSocket(socket);
      const late = setTimeout(() => socket.destroy(new Error('timed out')), CONNECT_MS);
      let cause: Error | undefined;
      this.socket = socket;
      link.on('message', (answer: Answer) => this.take(answer));
      socket.once('connect', () => {
        clearTimeout(late);
        this.downUntil = 0;
        resolve(link);
      });
      socket.on('error', (error) => (cause = error));
      socket.once('close', () => {
        clearTimeout(late);
        const lost = new ConnectionLost(
          `The connection to ${this.address} is lost${cause ? `: ${cause.message}` : '.'}`,
        );
        if (this.socket === socket) this.link = this.socket = undefined;
        if (cause) this.downUntil = Date.now() + DOWN_MS;
        reject(lost);
        for (const [id, waiting] of this.waiting) {
          if (waiting.link !== link) continue;
          this.waiting.delete(id);
          clearTimeout(waiting.timer);
          waiting.reject(lost);
        }
      });
    });
  }

  private take({ id, err, response }: Answer): void {
    const waiting = this.waiting.get(id);
    if (!waiting) return; // came after the timeout
    this.waiting.delete(id);
    clearTimeout(waiting.timer);
    if (err === undefined || err === null) waiting.resolve(response);
    else waiting.reject(new Thrown(err));
  }
}
