import type { PlatformConfig } from '../../components/config/load.ts';
import { billing } from './azure-billing.ts';
import * as prices from './azure-prices.ts';
import type { CloudCost, Line, Use } from './estimate.ts';

const caches = { learn: { size: 'Balanced_B0', nodes: 1 }, production: { size: 'Balanced_B3', nodes: 2 } };

export const azure: CloudCost = {
  billing,
  lines: (config) => {
    const production = config.profile === 'production';
    const copies = production ? 2 : 1;
    const cache = caches[config.profile];
    return [
      ...(production
        ? [{ component: 'cluster', what: 'AKS with its promise', count: 1, price: prices.clusterStandard }]
        : []),
      {
        component: 'cluster',
        what: `${config.nodeSize} nodes`,
        count: config.nodeCount,
        price: prices.machines[config.nodeSize],
      },
      { component: 'cluster', what: 'disks of the nodes', count: config.nodeCount, price: prices.nodeDisk },
      { component: 'network', what: 'load balancer', count: 1, price: prices.balancer },
      { component: 'network', what: 'public addresses', count: 2, price: prices.publicAddress },
      { component: 'network', what: 'private DNS zones', count: 2, price: undefined },
      ...nat(config),
      {
        component: 'database',
        what: `PostgreSQL ${config.databaseSize}`,
        count: copies,
        price: prices.databases[config.databaseSize],
      },
      { component: 'messaging', what: 'Service Bus Standard', count: 1, price: prices.messaging },
      {
        component: 'cache',
        what: `Managed Redis ${cache.size}`,
        count: cache.nodes,
        price: prices.caches[cache.size],
      },
      { component: 'cache', what: 'its private endpoint', count: 1, price: prices.privateEndpoint },
      { component: 'registry', what: 'registry', count: 1, price: prices.registries[config.profile] },
      ...(production
        ? [
            {
              component: 'gateway',
              what: 'API Management Standard v2',
              count: 1,
              price: prices.gatewayStandard,
            },
          ]
        : []),
      ...(config.waf
        ? [{ component: 'firewall', what: 'Front Door Premium', count: 1, price: undefined }]
        : []),
      { component: 'monitoring', what: 'alarms', count: 1, price: undefined },
    ];
  },
  uses,
};

function nat(config: PlatformConfig): Line[] {
  if (config.nat === 'none') return [];
  return [{ component: 'network', what: 'NAT gateway', count: 1, price: undefined }];
}

/** A million orders, as on AWS (aws.ts). */
function uses(): Use[] {
  const operations = 5 + 7 * 2;
  return [
    {
      what: 'operations of messaging',
      amount: operations,
      because:
        '5 published, 7 received and settled an order; the first thirteen million a month are included',
      price: prices.messages,
    },
    { what: 'executions of functions', amount: 13, because: '13 an order', price: undefined },
    { what: 'request units', amount: 1, because: 'not measured', price: undefined },
    {
      what: 'gigabytes of logs',
      amount: 10,
      because: '10 kB an order, which is assumed',
      price: prices.logs,
    },
  ];
}
