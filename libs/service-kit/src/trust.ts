import type { RpcTrust } from '@wbiz/eventing/rpc/handshake';
import { requireSettings } from './config.js';
import { RPC_TLS_SETTINGS, type ServiceConfig } from './settings.js';

/**
 * How this process and the others prove themselves. Throws `InvalidConfig` if a part of the TLS settings is missing.
 */
export function rpcTrust(config: ServiceConfig): RpcTrust {
  const { RPC_SECRET: secret, RPC_TLS_CERT: cert, RPC_TLS_KEY: key, RPC_TLS_CA: ca } = config;
  if (!cert && !key && !ca) return { secret };
  requireSettings(RPC_TLS_SETTINGS, config, ['RPC_TLS_CERT', 'RPC_TLS_KEY', 'RPC_TLS_CA']);
  return { secret, tls: { cert: cert!, key: key!, ca: ca! } };
}
