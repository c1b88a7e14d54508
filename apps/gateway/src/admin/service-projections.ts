import { Inject, Injectable } from '@nestjs/common';
import type { ProjectionsView } from '@wbiz/contracts/projection';
import type { Answer, Ask, CommonQuery } from '@wbiz/contracts/query-catalogue';
import { Rejection } from '@wbiz/eventing/rejection';
import { Peers } from '@wbiz/service-kit/peers';
import { RUNTIME, type Runtime } from '@wbiz/service-kit/runtime';

/** Long enough for Kafka's offsets and a long list of parked events. */
const PATIENCE = { timeoutMs: 20_000 };

/** The projections of all services. */
@Injectable()
export class ServiceProjections {
  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime,
    private readonly peers: Peers,
  ) {}

  /** A service that does not answer is left out, and named in `unreachable`. */
  async list(): Promise<ProjectionsView> {
    const asked = await Promise.all(
      this.peers.known.map(async (service) => {
        const projections = await this.peers
          .askOf(service, 'projection.list', {}, PATIENCE)
          .catch((err: unknown) => {
            this.runtime.logger.warn(
              { err, peer: service },
              'projections: those of a service not read; the answer names it as unreachable',
            );
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
