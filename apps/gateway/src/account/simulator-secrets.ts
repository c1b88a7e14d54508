import { BlockList, isIP } from 'node:net';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8);
LOOPBACK.addAddress('::1', 'ipv6');

/** Whether this URL can be the simulator's: on this machine, or on a host named simulator. */
function mayBeSimulator(cloudApiUrl: string): boolean {
  const host = new URL(cloudApiUrl).hostname.replace(/^\[|\]$/g, '');
  const version = isIP(host);
  return version
    ? LOOPBACK.check(host, version === 6 ? 'ipv6' : 'ipv4')
    : /^(localhost|simulator)(\.|$)/.test(host);
}

/** Whether the secret is the simulator's, which everybody knows, although the URL may be Meta's. */
export const isSimulatorSecretForMeta = (secret: string, cloudApiUrl: string): boolean =>
  secret.startsWith('simulator-') && !mayBeSimulator(cloudApiUrl);
