import type { Cluster } from '../contract.ts';
import type { Shop } from '../shop.ts';
import { collectorName } from './collector.ts';
import { addresses, namespaceOf, pods, type Rule, type WorkloadPolicy } from './network-policies.ts';
import { namespaces, ports } from './places.ts';

/** What is outside of the cluster and reached from within, by address and port. */
export interface Reachable {
  readonly database: { readonly cidrs: readonly string[]; readonly port: number };
  readonly cache: { readonly cidrs: readonly string[]; readonly port: number };
}

/** The cloud's own interfaces: at no address that one could name. */
const anywhere = ['0.0.0.0/0'];
const https = 443;

export const bootstrapName = 'bootstrap';

interface Reach extends Reachable, Pick<Cluster, 'identityEndpoints'> {
  readonly meshed: boolean;
}

/** Who talks to whom. */
export function workloadPolicies(shop: Shop, reach: Reach): WorkloadPolicy[] {
  const outside = (place: { readonly cidrs: readonly string[]; readonly port: number }): Rule => ({
    peers: addresses(...place.cidrs),
    port: place.port,
  });
  const cloud: Rule[] = [
    { peers: addresses(...anywhere), port: https },
    ...reach.identityEndpoints.map(({ cidr, port }) => ({ peers: addresses(cidr), port })),
  ];
  const containers = shop.containers.map(({ name, usesCache, calledBy }): WorkloadPolicy => {
    const calls = shop.containers.filter((other) => other.calledBy.includes(name)).map((other) => other.name);
    return {
      name,
      from: [
        { peers: namespaceOf(namespaces.entrance), port: ports.app },
        ...(calledBy.length > 0 ? [{ peers: pods(...calledBy), port: ports.app }] : []),
      ],
      to: [
        ...cloud,
        outside(reach.database),
        ...(usesCache ? [outside(reach.cache)] : []),
        { peers: pods(collectorName), port: ports.otlp },
        ...(calls.length > 0 ? [{ peers: pods(...calls), port: ports.app }] : []),
        // Who calls through a waypoint calls the waypoint.
        ...(calls.length > 0 && reach.meshed
          ? [{ peers: namespaceOf(namespaces.entrance), port: ports.mesh }]
          : []),
      ],
    };
  });
  return [
    ...containers,
    {
      name: collectorName,
      from: [{ peers: pods(...shop.containers.map(({ name }) => name)), port: ports.otlp }],
      to: cloud,
    },
    // It makes databases and, through the public gateway, the catalogue; migrations are its kind of pod, too.
    { name: bootstrapName, from: [], to: [...cloud, outside(reach.database)] },
  ];
}
