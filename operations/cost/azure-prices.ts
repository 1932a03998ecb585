/**
 * List prices of West Europe by Azure's Retail Prices API, as a public repository keeps them, and where that one has none,
 * of a table made from the same API. Nothing here was guessed.
 */
import type { Price, UnitPrice } from './price.ts';

const snapshot =
  (file: string, per: Price['per']) =>
  (usd: number): Price => ({
    usd,
    per,
    region: 'westeurope',
    date: '2026-08-13',
    source: `Arturo-Quiroga-MSFT/azure-architecture-diagram-builder, src/data/pricing/regions/westeurope/${file}.json`,
  });
const table =
  (per: Price['per']) =>
  (usd: number): Price => ({
    usd,
    per,
    region: 'eastus',
    date: '2026-08',
    source: 'public price tables made from the Azure Retail Prices API',
  });

export const clusterStandard = snapshot('azure_kubernetes_service', 'hour')(0.1);
export const registries: Readonly<Record<'learn' | 'production', Price>> = {
  learn: snapshot('container_registry', 'day')(0.1666),
  production: snapshot('container_registry', 'day')(0.6666),
};
export const messaging = snapshot('service_bus', 'hour')(0.013441);
export const publicAddress = snapshot('virtual_network', 'hour')(0.005);
const redis = snapshot('redis_cache', 'hour');
/** Of a cache with a second copy: Azure bills each of the two nodes. */
export const caches: Readonly<Record<string, Price>> = {
  Balanced_B0: table('hour')(0.016),
  Balanced_B3: redis(0.077),
  Balanced_B5: redis(0.186),
};

/** By machine type. */
export const machines: Readonly<Record<string, Price>> = { Standard_B2s: table('hour')(0.0416) };
export const databases: Readonly<Record<string, Price>> = { Standard_B1ms: table('hour')(0.022) };
/** The smallest managed disk of the premium kind that holds 32 GiB. */
export const nodeDisk = table('month')(5.28);
export const balancer = table('hour')(0.025);
export const privateEndpoint: Price = {
  usd: 0.01,
  per: 'hour',
  region: 'eastus',
  date: '2026',
  source: 'c3x.dev, azurerm_private_endpoint',
};
export const gatewayStandard = table('hour')(1);

export const messages: UnitPrice = {
  ...snapshot('service_bus', 'hour')(0.8),
  per: 'million operations above the thirteen that are included',
};
export const logs: UnitPrice = { ...table('month')(3), per: 'GB' };
