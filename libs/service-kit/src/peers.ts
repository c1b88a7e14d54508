import { Inject, Injectable } from '@nestjs/common';
import {
  QUERIES,
  type Answer,
  type Ask,
  type CommonQuery,
  type OwnedQuery,
} from '@wbiz/contracts/query-catalogue';
import { SERVICES, type Service } from '@wbiz/contracts/topics';
import { RpcClient, type OfReplica } from '@wbiz/eventing/rpc/rpc-client';
import { RUNTIME, type Runtime } from './runtime.js';
import { peerSetting } from './settings.js';

type Patience = { readonly timeoutMs?: number };

/** Sends queries to the other services. */
@Injectable()
export class Peers {
  private readonly clients = new Map<Service, RpcClient>();

  constructor(@Inject(RUNTIME) private readonly runtime: Runtime) {
    runtime.shutdown.on('producers', 'peers', () => this.clients.forEach((client) => client.close()));
  }

  /** The services to which queries can be sent, this one included. */
  get known(): readonly Service[] {
    const { config, service } = this.runtime as Runtime<Record<string, unknown>>;
    return SERVICES.filter((one) => one === service || config[peerSetting(one)] !== undefined);
  }

  /** Sends a query to the service that owns it. Throws the owner's `Rejection`, `PeerFault` or `PeerUnavailable`. */
  ask<Name extends OwnedQuery>(name: Name, ask: Ask<Name>, options?: Patience): Promise<Answer<Name>> {
    return this.clientOf(QUERIES[name].owner).request(name, ask, options);
  }

  /** As {@link ask}, for a query that every service answers. */
  askOf<Name extends CommonQuery>(
    service: Service,
    name: Name,
    ask: Ask<Name>,
    options?: Patience,
  ): Promise<Answer<Name>> {
    return this.clientOf(service).request(name, ask, options);
  }

  /** As {@link askOf}, but asks every replica; throws `PeerUnavailable` if one of them cannot be asked. */
  askEach<Name extends CommonQuery>(
    service: Service,
    name: Name,
    ask: Ask<Name>,
    options?: Patience,
  ): Promise<readonly OfReplica<Answer<Name>>[]> {
    return this.clientOf(service).requestEach(name, ask, options);
  }

  private clientOf(service: Service): RpcClient {
    let client = this.clients.get(service);
    if (!client) {
      const { trust } = this.runtime;
      const { rpcRequests } = this.runtime.metrics;
      client = new RpcClient(
        this.addressesOf(service).join(','),
        trust,
        (address, isSilent) => this.noteSilence({ peer: service, address }, isSilent),
        (outcome, ms) => rpcRequests.observe({ peer: service, outcome }, ms / 1_000),
      );
      this.clients.set(service, client);
    }
    return client;
  }

  private noteSilence(
    replica: { readonly peer: Service; readonly address: string },
    isSilent: boolean,
  ): void {
    const { logger, metrics } = this.runtime;
    metrics.silentReplicas.inc({ peer: replica.peer }, isSilent ? 1 : -1);
    if (isSilent)
      logger.warn(
        replica,
        'peer: replica does not answer; passing it over until a ping is answered or fails at once',
      );
    else
      logger.info(replica, 'peer: replica answers, refuses at once or is gone; not passing it over any more');
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

/** Where the other services reach this process, `host:port`. */
export const rpcAddress = ({ RPC_ADVERTISE, HOST, RPC_PORT }: Runtime['config']) =>
  RPC_ADVERTISE ?? `${HOST.includes(':') ? `[${HOST}]` : HOST}:${RPC_PORT}`;
