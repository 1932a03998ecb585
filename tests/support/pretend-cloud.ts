import * as pulumi from '@pulumi/pulumi';
import type {
  Cloud,
  CloudProvider,
  FunctionArgs,
  GatewayArgs,
  PodIdentityArgs,
} from '../../components/contract.ts';
import type { ConsumerShape } from '../../components/shop.ts';

/** What the platform asked of a cloud. */
export interface Asked {
  readonly functions: FunctionArgs[];
  readonly identities: PodIdentityArgs[];
  readonly consumers: ConsumerShape[];
  readonly tables: string[];
  readonly secrets: string[];
  readonly files: string[];
  gateway?: GatewayArgs;
}

/** A cloud that makes nothing and remembers what it was asked for. */
export function pretendCloud(): { readonly provider: CloudProvider; readonly asked: Asked } {
  const asked: Asked = { functions: [], identities: [], consumers: [], tables: [], secrets: [], files: [] };
  const text = (value: string) => pulumi.output(value);
  const cidrs = ['10.9.0.0/24'];
  const nothing: Pick<Cloud, 'createTable' | 'createConsumer' | 'createFunction'> = {
    createTable: ({ name }) => asked.tables.push(name),
    createConsumer: (consumer) => asked.consumers.push(consumer),
    createFunction: (args) => asked.functions.push(args),
  };
  const cloud: Cloud = {
    ...nothing,
    createStaticSite: (name) => ({
      url: text(`https://${name}.test`),
      put: (path) => {
        asked.files.push(`${name}${path}`);
        return new pulumi.ComponentResource('test:index:File', `${name}${path}`);
      },
      ready: [],
    }),
    createSecret: (name) => {
      asked.secrets.push(name);
      return { reference: text(`secret/${name}`), address: text(`secrets.test/${name}`), ready: [] };
    },
    createDatabase: () => ({
      host: text('database.test'),
      port: 5432,
      adminUser: 'admin',
      adminDatabase: 'postgres',
      certificates: 'PEM',
      cidrs,
      ready: [],
    }),
    createCache: () => ({ url: text('rediss://cache.test:6379'), port: 6379, cidrs, ready: [] }),
    createRegistry: () => ({
      address: text('registry.test'),
      username: text('user'),
      password: text('password'),
      repository: (name) => ({ url: text(`registry.test/${name}`), ready: [] }),
    }),
    createCluster: () => ({
      kubeconfig: text('{}'),
      kubeconfigCommand: text('ask the cloud'),
      ready: [],
      ingress: { isPublic: true, service: { type: 'LoadBalancer', annotations: { internal: 'true' } } },
      proxyCidrs: ['10.0.0.0/8'],
      identityEndpoints: [{ cidr: '169.254.1.1/32', port: 80 }],
    }),
    createPodIdentity: (args) => {
      asked.identities.push(args);
      return {
        serviceAccountAnnotations: { identity: args.name },
        podLabels: { 'use-identity': 'true' },
        ready: [],
      };
    },
    containerEnvironment: { TOPIC: 'events' },
    collector: {
      exporters: { cloud: {} },
      traces: ['cloud'],
      metrics: ['cloud'],
      environment: { REGION: 'here' },
    },
    gatewayUrl: text('https://gateway.test'),
    createGateway: (args) => {
      asked.gateway = args;
      return { ready: [] };
    },
    createMonitoring: () => ({ dashboardUrl: text('https://dashboard.test') }),
  };
  return { provider: { cloud: 'aws', open: () => cloud }, asked };
}
