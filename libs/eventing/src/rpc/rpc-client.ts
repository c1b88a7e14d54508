import type { RejectionData } from '../message.js';
import { Rejection } from '../rejection.js';
import type { RpcTrust } from './handshake.js';
import { ConnectionLost, NoAnswer, RpcConnection, Thrown } from './rpc-connection.js';

/** No replica of the peer could be reached, or the one asked did not answer in time. Asking again later is right. */
export class PeerUnavailable extends Error {
  override readonly name = 'PeerUnavailable';
}

/** The peer failed at handling the query; it keeps the details to its own log. */
export class PeerFault extends Error {
  override readonly name = 'PeerFault';
}

/**
 * Asks one peer, which may run as several replicas. They take turns; one that cannot be reached, or is lost before it
 * answers, is passed over: a query leaves nothing behind, so it may be asked twice.
 */
export class RpcClient {
  private readonly connections: readonly RpcConnection[];
  private turn = 0;

  /** `addresses`: `host:port,host:port`. */
  constructor(
    readonly addresses: string,
    trust: RpcTrust,
  ) {
    this.connections = addresses.split(',').map((address) => new RpcConnection(address.trim(), trust));
  }

  /** Resolves to the handler's answer. Throws the handler's {@link Rejection}, {@link PeerFault} or {@link PeerUnavailable}. */
  async request<T>(pattern: string, data?: unknown, { timeoutMs = 5_000 } = {}): Promise<T> {
    const giveUp = Date.now() + timeoutMs;
    let lost: unknown;
    for (const connection of this.inTurn()) {
      const left = giveUp - Date.now();
      if (left <= 0) break;
      try {
        return (await connection.request(pattern, data, left)) as T;
      } catch (error) {
        if (error instanceof Thrown) throw revive(error.thrown, pattern);
        if (error instanceof NoAnswer) throw new PeerUnavailable(error.message);
        if (!(error instanceof ConnectionLost)) throw error;
        lost = error;
      }
    }
    throw new PeerUnavailable(`No replica at ${this.addresses} could be asked ${pattern}.`, { cause: lost });
  }

  close(): void {
    for (const connection of this.connections) connection.close();
  }

  /** All replicas, the reachable ones first, and the first once more: its connection may have broken unnoticed. */
  private inTurn(): readonly RpcConnection[] {
    const { connections } = this;
    const first = (this.turn = (this.turn + 1) % connections.length);
    const now = Date.now();
    const order = [...connections.slice(first), ...connections.slice(0, first)];
    if (order.length > 1) order.sort((a, b) => Number(a.downUntil > now) - Number(b.downUntil > now));
    return [...order, order[0]!];
  }
}

function revive(thrown: unknown, pattern: string): Error {
  const { code, message, details } = thrown as Partial<RejectionData>;
  if (code === 'unavailable') return new PeerUnavailable(`${pattern}: ${message}`);
  if (typeof code === 'string' && typeof message === 'string' && code !== 'internal_error')
    return Rejection.from({ code, message, details });
  return new PeerFault(`${pattern}: ${typeof thrown === 'string' ? thrown : (message ?? 'unknown fault')}`);
}
