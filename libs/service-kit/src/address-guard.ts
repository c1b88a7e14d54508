import { lookup, Resolver } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

export type Reach = {
  /** Also allows http, any port and loopback addresses. */
  readonly insecure: boolean;
  /** IP addresses and networks allowed in addition to the public ones. */
  readonly networks: readonly string[];
};

/** Resolves a host name to all its IP addresses. */
export type Resolve = (name: string) => Promise<readonly { address: string; family: number }[]>;
/** Asks the operating system, so local names resolve too. Each lookup blocks one of Node's few worker threads. */
export const resolveByMachine: Resolve = (name) => lookup(name, { all: true, verbatim: true });

const dns = new Resolver({ timeout: 2_000, tries: 2 });
/** Asks the DNS servers only. Blocks no worker thread: a DNS server that does not answer delays no other lookup. */
const resolveByDns: Resolve = async (name) => {
  if (/(^|\.)localhost\.?$/i.test(name)) return [{ address: '127.0.0.1', family: 4 }]; // RFC 6761
  const [four, six] = await Promise.allSettled([dns.resolve4(name), dns.resolve6(name)]);
  const found = [...addressesOf(four, 4), ...addressesOf(six, 6)];
  if (found.length === 0 && four.status === 'rejected') throw four.reason;
  return found;
};
const addressesOf = (answer: PromiseSettledResult<string[]>, family: number) =>
  answer.status === 'fulfilled' ? answer.value.map((address) => ({ address, family })) : [];

const PORTS = ['', '8443'];
const LOOKUP_MS = 4_000;
/** Addresses where clouds give out credentials; refused whatever the settings allow. */
const METADATA = [
  '169.254.0.0/16',
  'fe80::/10',
  'fd00:ec2::254/128',
  '100.100.100.200/32',
  '168.63.129.16/32',
].map((network) => ipaddr.parseCIDR(network));

/** Contains all public IPv6 addresses. The deprecated IPv6 forms of IPv4 addresses lie outside. */
const INTERNET6 = ipaddr.parseCIDR('2000::/3');

type Address = ReturnType<typeof ipaddr.parse>;
type Network = ReturnType<typeof ipaddr.parseCIDR>;
const isIn = (address: Address, [network, bits]: Network) =>
  address.kind() === network.kind() && address.match([network, bits] as never);

/** Thrown for an address that must not be reached. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused';
}

/**
 * Decides which addresses a client's URL may reach. `faultOf` checks a URL when the client sets it; `check` and `lookup`
 * check the addresses again at each connection, since a name may resolve to others by then.
 */
export class AddressGuard {
  private readonly networks: readonly Network[];

  constructor(
    private readonly reach: Reach,
    private readonly resolve: Resolve = reach.insecure || reach.networks.length > 0
      ? resolveByMachine
      : resolveByDns,
  ) {
    this.networks = reach.networks.map((one) => {
      const { range, bits } = /^(?<range>[^/]+)(?:\/(?<bits>\d+))?$/.exec(one)!.groups!;
      const address = ipaddr.parse(range!);
      return [address, bits === undefined ? (address.kind() === 'ipv4' ? 32 : 128) : Number(bits)] as Network;
    });
  }

  /** Resolves to the reason why the URL is refused, or to null. A host name that does not resolve (yet) is accepted. */
  async faultOf(given: string): Promise<string | null> {
    if (!URL.canParse(given)) return 'must be an https URL';
    const { protocol, hostname, port, username, password } = new URL(given);
    if (protocol !== 'https:' && !(protocol === 'http:' && this.reach.insecure))
      return 'must be an https URL';
    if (username || password) return 'must not hold a user name or password';
    if (!PORTS.includes(port) && !this.reach.insecure) return 'must use port 443 or 8443';
    const host = bare(hostname);
    if (isIP(host))
      return this.isOpen(host) && !isPublic(ipaddr.process(host)) ? null : 'must name a host, not an address';
    try {
      const addresses = await within(LOOKUP_MS, this.resolve(host));
      const inside = addresses.find(({ address }) => !this.isOpen(address));
      return inside ? `must not lead to ${inside.address}, which is not a public address` : null;
    } catch {
      return null; // `lookup` checks the name at each connection
    }
  }

  /** Throws {@link AddressRefused} if `hostname` is an address literal that must not be reached. */
  check(hostname: string): void {
    const host = bare(hostname);
    if (isIP(host) && !this.isOpen(host)) throw refused(host);
  }

  /** A lookup for `net.connect`: all addresses of a name; fails if any of them must not be reached. */
  readonly lookup: LookupFunction = (name, options, callback) => {
    this.resolve(name).then(
      (addresses) => {
        const inside = addresses.find(({ address }) => !this.isOpen(address));
        const [first] = addresses;
        if (inside) callback(refused(inside.address), '', 0);
        else if (!first) callback(new AddressRefused(`${name} has no address`), '', 0);
        else if (options.all) callback(null, [...addresses]);
        else callback(null, first.address, first.family);
      },
      (error: unknown) => callback(error as NodeJS.ErrnoException, '', 0),
    );
  };

  private isOpen(text: string): boolean {
    const address = ipaddr.process(text);
    if (METADATA.some((network) => isIn(address, network))) return false;
    const range = address.range();
    return (
      isPublic(address) ||
      (range === 'loopback' && this.reach.insecure) ||
      this.networks.some((network) => isIn(address, network))
    );
  }
}

const isPublic = (address: Address) =>
  address.range() === 'unicast' && (address.kind() === 'ipv4' || isIn(address, INTERNET6));
const bare = (hostname: string) => hostname.replace(/^\[(.*)\]$/, '$1');
const refused = (address: string) => new AddressRefused(`${address} is not a public address`);

function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error('too late')), ms);
  return Promise.race([work, late.promise]).finally(() => clearTimeout(timer));
}
