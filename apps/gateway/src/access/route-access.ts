import { RouteConfig } from '@nestjs/platform-fastify';
import { FASTIFY_ROUTE_CONFIG_METADATA } from '@nestjs/platform-fastify/constants.js';
import { OPENED_BY, type Scope as ScopeName } from '@wbiz/contracts/scopes';
import { Rejection } from '@wbiz/eventing/rejection';
import type { RouteOptions } from 'fastify';

/** Who may call a route: keys with a scope, any key, operators, or everyone (the route has its own check). */
export type RouteAccess = ScopeName | 'any key' | 'operators' | 'public';
type Extra = {
  /** Most bytes of a body; default 1 MiB. */
  readonly bodyLimit?: number;
  /** The body is a form that the handler streams. */
  readonly form?: true;
  /** The answer holds a secret: seal it when storing it under an Idempotency-Key. */
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
/** The route needs a key with any scopes. */
export const AnyKey = (extra?: Extra) => access('any key', extra);
/** The route is for operators: admin token or session, no API key. */
export const AdminOnly = () => access('operators');
/** The route needs no key; it does its own checks. */
export const Public = (extra?: Extra) => access('public', extra);

/** The access that a handler's decorator declares; undefined without one. */
export const accessOf = (handler: object): RouteAccess | undefined =>
  (Reflect.getMetadata(FASTIFY_ROUTE_CONFIG_METADATA, handler) as { access?: RouteAccess } | undefined)
    ?.access;

/** For fastify's `onRoute`. Throws for a route that declares no access, which stops the start. */
export function requireAccess(route: RouteOptions): void {
  const { access: granted, bodyLimit } = route.config ?? {};
  if (granted === undefined)
    throw new Error(
      `${[route.method].flat().join(', ')} ${route.url} says neither @Scope, @AnyKey, @AdminOnly nor @Public: nobody may call it.`,
    );
  if (bodyLimit !== undefined) route.bodyLimit = bodyLimit;
}

/** Throws unless a key with these scopes may call a route. */
export function requireScope(scopes: readonly string[], granted: ScopeName | 'any key'): void {
  const isOpen = (scope: ScopeName) => scopes.includes(scope) || scopes.includes(OPENED_BY[scope] ?? scope);
  if (granted !== 'any key' && !isOpen(granted))
    throw new Rejection('insufficient_scope', `The API key needs the scope ${granted} for this.`, {
      scope: granted,
    });
}
