import type { RpcTrust } from '@wbiz/eventing/rpc/handshake';
import { requireSettings } from './config.js';
import { RPC_TLS_SETTINGS, type ServiceConfig } from './settings.js';

/**
 * The secret and certificates by which processes authenticate each other. Throws `InvalidConfig` if only a part of the
 * TLS settings is given.
 */
export function rpcTrust(config: ServiceConfig): RpcTrust {
  const { RPC_SECRET: secret, RPC_TLS_CERT: cert, RPC_TLS_KEY: key, RPC_TLS_CA: ca } = config;
  if (!cert && !key && !ca) return { secret };
  requireSettings(RPC_TLS_SETTINGS, config, ['RPC_TLS_CERT', 'RPC_TLS_KEY', 'RPC_TLS_CA']);
  return { secret, tls: { cert: cert!, key: key!, ca: ca! } };
}
