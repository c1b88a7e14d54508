import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { QUERIES, type Answer, type Ask, type QueryName } from '@wbiz/contracts/query-catalogue';
import type { Service } from '@wbiz/contracts/topics';
import type { RpcTrust } from '@wbiz/eventing/rpc/handshake';
import { QueryHandler, RepliesHandler, rpcServerOptions } from '@wbiz/eventing/rpc/query-handler';
import type { StagedReply } from '@wbiz/eventing/rpc/reply-publisher';
import type { Peers } from '@wbiz/service-kit/peers';
import { freePort } from '@wbiz/testing/stack';

/** The answers of other services in a test, by the catalogue of queries. */
export type Answers = {
  readonly [Name in QueryName]?: (
    ask: Ask<Name>,
    options?: { readonly timeoutMs?: number },
  ) => Promise<Answer<Name>>;
};
type AnyAnswer = (...asked: readonly unknown[]) => Promise<never>;

/** Stands in for other services in memory, without TCP. */
export function peersAnswering(answers: Answers): Pick<Peers, 'ask' | 'askOf'> {
  const answer = async (name: QueryName, ...asked: readonly unknown[]) => {
    const known = answers[name] as AnyAnswer | undefined;
    if (!known) throw new Error(`this test has no answer to ${name}`);
    return known(...asked);
  };
  return { ask: answer, askOf: (_service, ...asked) => answer(...asked) };
}

/** An address at which no process listens. */
export const NOBODY = '127.0.0.1:9';

/** Stands in for the services that own the queries: answers over TCP, and receives the replies to commands. */
export async function standIn(
  answers: Answers,
  trust: RpcTrust,
  onReplies: (replies: readonly StagedReply[]) => void,
) {
  const counts = new Map<QueryName, number>();

  @Controller()
  class StandIn {
    @RepliesHandler()
    replies(replies: readonly StagedReply[]) {
      onReplies(replies);
    }
  }
  const names = Object.keys(answers) as QueryName[];
  for (const name of names) {
    const value = async (ask: unknown) => {
      counts.set(name, (counts.get(name) ?? 0) + 1);
      return (answers[name] as AnyAnswer)(ask);
    };
    Object.defineProperty(StandIn.prototype, name, { value });
    QueryHandler(name)(StandIn.prototype, name, { value });
  }
  @Module({ controllers: [StandIn] })
  class StandInModule {}

  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const server = rpcServerOptions({ host: '127.0.0.1', port, address, trust });
  const app = await NestFactory.createMicroservice(StandInModule, { ...server, logger: false });
  await app.listen();
  const owners = new Set<Service | null>(names.map((name) => QUERIES[name].owner));
  return {
    /** The address of a service, `host:port`; {@link NOBODY} for one without answers. */
    addressOf: (service: Service) => (owners.has(service) || owners.has(null) ? address : NOBODY),
    /** The address for replies, `host:port`. */
    address,
    /** How often a query was asked. */
    asked: (name: QueryName) => counts.get(name) ?? 0,
    close: () => app.close(),
  };
}
