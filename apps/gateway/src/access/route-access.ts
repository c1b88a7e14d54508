import { RouteConfig } from '@nestjs/platform-fastify';
import { FASTIFY_ROUTE_CONFIG_METADATA } from '@nestjs/platform-fastify/constants.js';
import type { Scope as ScopeName } from '@wbiz/contracts/scopes';
import type { RouteOptions } from 'fastify';

/** Who may call a route: holders of a scope, of any key, of the admin token, or everyone (a route with a check of its own). */
export type RouteAccess = ScopeName | 'any key' | 'operators' | 'public';
type Extra = {
  /** Most bytes of a body; 1 MiB unless given. */
  readonly bodyLimit?: number;
  /** The body is a form that the handler reads as it comes. */
  readonly form?: true;
  /** The answer holds a secret: kept under an Idempotency-Key, it is sealed. */
  readonly confidential?: true;
};

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: RouteAccess;
    bodyLimit?: number;
    form?: true;
    confidential?: true;
  }
}

const access = (granted: RouteAccess, extra: Extra = {}) => RouteConfig({ access: granted, ...extra });

/** The route needs a key with this scope. */
export const Scope = (scope: ScopeName, extra?: Extra) => access(scope, extra);
/** The route needs a key, whatever its scopes. */
export const AnyKey = (extra?: Extra) => access('any key', extra);
/** The route is for operators: no API key, but the admin token. */
export const AdminOnly = () => access('operators');
/** The route needs no key; what it protects, it protects itself. */
export const Public = (extra?: Extra) => access('public', extra);

/** What a handler's decorator says; undefined without one. */
export const accessOf = (handler: object): RouteAccess | undefined =>
  (Reflect.getMetadata(FASTIFY_ROUTE_CONFIG_METADATA, handler) as { access?: RouteAccess } | undefined)
    ?.access;

/** For fastify's `onRoute`: a route that does not say who may call it ends the start. */
export function requireAccess(route: RouteOptions): void {
  const { access: granted, bodyLimit } = route.config ?? {};
  if (granted === undefined)
    throw new Error(
      `${[route.method].flat().join(', ')} ${route.url} says neither @Scope, @AnyKey, @AdminOnly nor @Public: nobody may call it.`,
    );
  if (bodyLimit !== undefined) route.bodyLimit = bodyLimit;
}
