import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Breaker } from './breaker.js';
import type { RpcTrust } from './handshake.js';
import { readAddress, RpcConnection } from './rpc-connection.js';

/** `listed` is the configured address that led to the replica: the same as `address`, or one with a host name. */
export type Replica = {
  readonly listed: string;
  readonly address: string;
  readonly connection: RpcConnection;
  readonly breaker: Breaker;
};

/** Resolves a host name to its current addresses. */
export type Lookup = (host: string) => Promise<readonly { address: string; family: number }[]>;

const BELIEVED_MS = 5_000;
const LOOKUP_MS = 1_000;

/**
 * The replicas of a peer: one per listed address; for a name, one per address it resolves to, as with a headless
 * service in Kubernetes. Names are looked up every 5 s while they are in use.
 */
export class Replicas {
  private readonly listed: readonly string[];
  private current: readonly Replica[] = [];
  private isClosed = false;
  private believedUntil = 0;
  private looking: Promise<void> = Promise.resolve();

  /**
   * `addresses`: `host:port,host:port`. `onSilent` is called when a replica is passed over because it does not answer
   * (true), and when it is asked again (false).
   */
  constructor(
    addresses: string,
    private readonly trust: RpcTrust,
    private readonly onSilent: (address: string, isSilent: boolean) => void,
    private readonly resolve: Lookup = (host) => lookup(host, { all: true, order: 'ipv4first' }),
  ) {
    this.listed = addresses.split(',').map((given) => given.trim());
    if (this.listed.every((address) => isIP(hostOf(address)))) {
      this.current = this.listed.map((address) => this.open(address, address));
      this.believedUntil = Infinity;
    }
  }

  /** The known replicas; waits for the lookup of names only while no replica is known. */
  async known(): Promise<readonly Replica[]> {
    if (Date.now() >= this.believedUntil) {
      this.believedUntil = Date.now() + BELIEVED_MS;
      this.looking = this.look();
    }
    if (this.current.length === 0) await this.looking;
    return this.current;
  }

  /** The replicas that the names resolve to, looked up at most 5 s ago. */
  async latest(): Promise<readonly Replica[]> {
    await this.known();
    await this.looking;
    return this.current;
  }

  close(): void {
    this.isClosed = true;
    this.current.forEach(end);
  }

  private async look(): Promise<void> {
    const found = (await Promise.all(this.listed.map((listed) => this.addressesOf(listed)))).flat();
    if (this.isClosed) return;
    const { current } = this;
    const kept = (listed: string, address: string) =>
      current.find((one) => one.listed === listed && one.address === address);
    this.current = found.map(({ listed, address }) => kept(listed, address) ?? this.open(listed, address));
    for (const gone of current.filter((one) => !this.current.includes(one))) {
      end(gone);
      if (gone.breaker.isOpen) this.onSilent(gone.address, false);
    }
  }

  /** Falls back to the known addresses if the name does not resolve: the DNS server may be down. */
  private async addressesOf(listed: string) {
    const { host, port } = readAddress(listed)!;
    if (isIP(host)) return [{ listed, address: listed }];
    const late = delay(LOOKUP_MS, undefined, { ref: false }).then(() =>
      Promise.reject(new Error('timed out')),
    );
    try {
      const found = await Promise.race([this.resolve(host), late]);
      // A replica may have both an IPv4 and an IPv6 address: addresses of one family only are used.
      const ofOne = found.filter(({ family }) => family === found[0]!.family);
      return ofOne.map(({ address, family }) => ({
        listed,
        address: `${family === 6 ? `[${address}]` : address}:${port}`,
      }));
    } catch {
      const known = this.current.filter((one) => one.listed === listed);
      return known.length ? known : [{ listed, address: listed }];
    }
  }

  private open(listed: string, address: string): Replica {
    const connection = new RpcConnection(address, this.trust, { name: hostOf(listed) });
    return {
      listed,
      address,
      connection,
      breaker: new Breaker(connection, (isOpen) => this.onSilent(address, isOpen)),
    };
  }
}

function end({ breaker, connection }: Replica): void {
  breaker.close();
  connection.close();
}

function hostOf(address: string): string {
  const target = readAddress(address);
  if (!target) throw new Error(`"${address}" is not an address of the form host:port`);
  return target.host;
}
