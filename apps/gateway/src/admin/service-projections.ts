import { Injectable } from '@nestjs/common';
import type { ProjectionsView } from '@wbiz/contracts/projection';
import type { Answer, Ask, CommonQuery } from '@wbiz/contracts/query-catalogue';
import { classifyFault } from '@wbiz/eventing/fault';
import { Rejection } from '@wbiz/eventing/rejection';
import { Peers } from '@wbiz/service-kit/peers';

/** A long list of parked events takes its time. */
const PATIENCE = { timeoutMs: 30_000 };

/** The projections of all services. */
@Injectable()
export class ServiceProjections {
  constructor(private readonly peers: Peers) {}

  /** Without the services that cannot be reached now, which are named. */
  async list(): Promise<ProjectionsView> {
    const asked = await Promise.all(
      this.peers.known.map(async (service) => {
        const projections = await this.peers.askOf(service, 'projection.list', {}).catch((error: unknown) => {
          if (classifyFault(error) === 'broken') throw error;
          return undefined;
        });
        return { service, projections };
      }),
    );
    return {
      projections: asked.flatMap(({ projections = [] }) => projections),
      unreachable: asked.filter(({ projections }) => !projections).map(({ service }) => service),
    };
  }

  /** Throws `not_found` where there is no such service. */
  ask<Name extends CommonQuery>(service: string, name: Name, ask: Ask<Name>): Promise<Answer<Name>> {
    const known = this.peers.known.find((one) => one === service);
    if (!known) throw new Rejection('not_found', `There is no service ${service}.`);
    return this.peers.askOf(known, name, ask, PATIENCE);
  }
}
