/** Where things are in the cluster, and the ports they listen on. */
export const namespaces = { shop: 'shop', entrance: 'shop-entrance', mesh: 'istio-system' } as const;

export const ports = {
  /** Every container's own. */
  app: 3000,
  /** A service's, before it. */
  service: 80,
  /** Of the way into the cluster, where it is by TLS. */
  secureService: 443,
  /** OTLP over HTTP. */
  otlp: 4318,
  /** The collector's own health. */
  collectorHealth: 13_133,
  /** Where the mesh takes a pod's traffic, encrypted (HBONE). */
  mesh: 15_008,
} as const;

/** Of the cluster's gateway, as the Gateway API's controller names what it makes for it. */
export const entranceGateway = 'shop';
export const entranceServiceAccount = `${entranceGateway}-istio`;

/** In front of the user service, for the one caller that may ask for one thing only. */
export const waypoint = 'user-waypoint';

/** Who calls, as the mesh knows it. */
export const principalOf = (namespace: string, serviceAccount: string): string =>
  `cluster.local/ns/${namespace}/sa/${serviceAccount}`;

/** From which the mesh's node agent asks a pod's probes, as the pod sees it (istio.io, ambient and NetworkPolicy). */
export const meshProbeCidrs = ['169.254.7.127/32', 'fd16:9254:7127:1337:ffff:ffff:ffff:ffff/128'] as const;
