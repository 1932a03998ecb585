const istio = { version: '1.30.4', repo: 'https://istio-release.storage.googleapis.com/charts' };

/** Helm charts and their exact versions. */
export const charts = {
  /** The Gateway API's own types, which no cluster brings along. */
  'gateway-api': {
    chart: 'oci://docker.io/envoyproxy/gateway-crds-helm',
    version: 'v1.8.2',
    repo: undefined,
  },
  'istio-base': { chart: 'base', ...istio },
  istiod: { chart: 'istiod', ...istio },
  'istio-cni': { chart: 'cni', ...istio },
  ztunnel: { chart: 'ztunnel', ...istio },
} as const;

/** Of the telemetry collector. */
export const collectorImage = 'docker.io/otel/opentelemetry-collector-contrib:0.139.0';
