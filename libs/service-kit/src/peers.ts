import { Inject, Injectable } from '@nestjs/common';
import type { Queries } from '@wbiz/contracts/queries';
import type { Service } from '@wbiz/contracts/topics';
import { RpcClient } from '@wbiz/eventing/rpc/rpc-client';
import { RUNTIME, type Runtime } from './runtime.js';
import { peerSetting } from './settings.js';

/** The other services, as those who answer queries. */
@Injectable()
export class Peers {
  private readonly clients = new Map<Service, RpcClient>();

  constructor(@Inject(RUNTIME) private readonly runtime: Runtime) {
    runtime.shutdown.on('producers', 'peers', () => this.clients.forEach((client) => client.close()));
  }

  /** Asks a query of the service that answers it. Throws its `Rejection`, `PeerFault` or `PeerUnavailable`. */
  ask<Pattern extends keyof Queries>(
    service: Service,
    pattern: Pattern,
    data: Queries[Pattern]['ask'],
    options?: { readonly timeoutMs?: number },
  ): Promise<Queries[Pattern]['answer']> {
    return this.clientOf(service).request(pattern, data, options);
  }

  private clientOf(service: Service): RpcClient {
    let client = this.clients.get(service);
    if (!client) {
      client = new RpcClient(this.addressesOf(service).join(','));
      this.clients.set(service, client);
    }
    return client;
  }

  private addressesOf(service: Service): readonly string[] {
    const { config, service: own } = this.runtime as Runtime<Record<string, string[] | undefined>>;
    if (service === own) return [rpcAddress(config)];
    const addresses = config[peerSetting(service)];
    if (!addresses)
      throw new Error(`${own} asks ${service}, but its runService does not name it among its peers.`);
    return addresses;
  }
}

/** Where the others reach this process, `host:port`. */
export const rpcAddress = ({ RPC_ADVERTISE, HOST, RPC_PORT }: Runtime['config']) =>
  RPC_ADVERTISE ?? `${HOST.includes(':') ? `[${HOST}]` : HOST}:${RPC_PORT}`;
