import type { RejectionData } from '../message.js';
import { Rejection } from '../rejection.js';
import type { RpcTrust } from './handshake.js';
import { Replicas, type Replica } from './replicas.js';
import { ConnectionLost, NoAnswer, Thrown } from './rpc-connection.js';

/** No replica of the peer could be reached, or the one asked did not answer in time; a later retry may succeed. */
export class PeerUnavailable extends Error {
  override readonly name = 'PeerUnavailable';
}

/** The peer failed to handle the query; only the peer's own log has the details. */
export class PeerFault extends Error {
  override readonly name = 'PeerFault';
}

/** The outcome of a query; `refused`: the handler threw a rejection. */
export type QueryOutcome = 'answered' | 'refused' | 'fault' | 'unavailable';

export type OfReplica<T> = { readonly address: string; readonly answer: T };

/**
 * Asks one peer, whose replicas take turns. A replica is passed over if it cannot be reached, if its connection breaks
 * before the answer, or while it answers no pings: queries change nothing, so asking twice is safe.
 */
export class RpcClient {
  private readonly replicas: Replicas;
  private turn = 0;

  /**
   * `addresses`: `host:port,host:port`, where a name may lead to several replicas. `onSilent` is called when a replica
   * is passed over because it does not answer (true), and when it is asked again (false); `onEnded` after every query.
   */
  constructor(
    readonly addresses: string,
    trust: RpcTrust,
    onSilent: (address: string, isSilent: boolean) => void = () => undefined,
    private readonly onEnded: (outcome: QueryOutcome, ms: number) => void = () => undefined,
  ) {
    this.replicas = new Replicas(addresses, trust, onSilent);
  }

  /** Resolves to the handler's answer. Throws the handler's {@link Rejection}, {@link PeerFault} or {@link PeerUnavailable}. */
  async request<T>(pattern: string, data?: unknown, { timeoutMs = 5_000 } = {}): Promise<T> {
    return this.counted(async () => this.ask(await this.inTurn(), pattern, data, timeoutMs));
  }

  /** Asks every replica. Throws as {@link request} if one of them cannot be asked, or does not answer. */
  async requestEach<T>(
    pattern: string,
    data?: unknown,
    { timeoutMs = 5_000 } = {},
  ): Promise<readonly OfReplica<T>[]> {
    const replicas = await this.replicas.latest();
    // Each replica is tried twice: its connection may have broken unnoticed.
    const each = replicas.map(async (one) => {
      const answer = await this.counted<T>(() => this.ask([one, one], pattern, data, timeoutMs));
      return { address: one.address, answer };
    });
    return Promise.all(each);
  }

  private async counted<T>(query: () => Promise<unknown>): Promise<T> {
    const begun = performance.now();
    try {
      const answer = await query();
      this.onEnded('answered', performance.now() - begun);
      return answer as T;
    } catch (error) {
      this.onEnded(outcomeOf(error), performance.now() - begun);
      throw error;
    }
  }

  private async ask(
    replicas: readonly Replica[],
    pattern: string,
    data: unknown,
    timeoutMs: number,
  ): Promise<unknown> {
    const giveUp = Date.now() + timeoutMs;
    let lost: unknown;
    for (const { connection, breaker } of replicas) {
      if (breaker.isOpen) continue;
      const left = giveUp - Date.now();
      if (left <= 0) break;
      const begun = performance.now();
      try {
        return await connection.request(pattern, data, left);
      } catch (error) {
        if (error instanceof Thrown) throw revive(error.thrown, pattern);
        breaker.failed(performance.now() - begun);
        if (error instanceof NoAnswer) throw new PeerUnavailable(error.message);
        if (!(error instanceof ConnectionLost)) throw error;
        lost = error;
      }
    }
    const addresses = [...new Set(replicas.map(({ address }) => address))].join(',');
    throw new PeerUnavailable(`No replica at ${addresses} could be asked ${pattern}.`, { cause: lost });
  }

  close(): void {
    this.replicas.close();
  }

  /**
   * All replicas, the reachable ones first, and then the first of them once more: its connection may have broken
   * unnoticed.
   */
  private async inTurn(): Promise<readonly Replica[]> {
    const replicas = await this.replicas.known();
    const first = (this.turn = (this.turn + 1) % replicas.length);
    const now = Date.now();
    const isDown = ({ connection }: Replica) => Number(connection.downUntil > now);
    const order = [...replicas.slice(first), ...replicas.slice(0, first)];
    if (order.length > 1) order.sort((a, b) => isDown(a) - isDown(b));
    return [...order, order[0]!];
  }
}

const outcomeOf = (error: unknown): QueryOutcome =>
  error instanceof Rejection ? 'refused' : error instanceof PeerUnavailable ? 'unavailable' : 'fault';

function revive(thrown: unknown, pattern: string): Error {
  const { code, message, details } = thrown as Partial<RejectionData>;
  if (code === 'unavailable') return new PeerUnavailable(`${pattern}: ${message}`);
  if (typeof code === 'string' && typeof message === 'string' && code !== 'internal_error')
    return Rejection.from({ code, message, details });
  return new PeerFault(`${pattern}: ${typeof thrown === 'string' ? thrown : (message ?? 'unknown fault')}`);
}
