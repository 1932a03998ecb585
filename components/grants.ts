import type { PlatformConfig } from './config/load.ts';
import type { ContainerShape, FunctionShape, Shop } from './shop.ts';

/** What a workload may do, in this shop's words. A provider turns each into the least that its cloud can say. */
export type Grant =
  | { readonly intent: 'read' | 'write'; readonly kind: 'table'; readonly name: string }
  /** Is woken by what is written to it. */
  | { readonly intent: 'consume'; readonly kind: 'table'; readonly name: string }
  | { readonly intent: 'publish'; readonly kind: 'topic'; readonly name: 'events' }
  /** Takes messages, puts one off, and gives one up. */
  | { readonly intent: 'consume'; readonly kind: 'queue'; readonly name: string }
  | { readonly intent: 'read'; readonly kind: 'secret'; readonly name: string }
  | { readonly intent: 'send'; readonly kind: 'mail' | 'sms'; readonly name: 'anyone' }
  | { readonly intent: 'write'; readonly kind: 'traces' | 'metrics'; readonly name: 'all' };

/** Names of the platform's secrets. */
export const secretNames = {
  tokenKeys: 'token-keys',
  databaseAdmin: 'database-admin-url',
  databaseOf: (service: ContainerShape['name']) => `${service}-database-url`,
  /** Where the cache has a password, it is part of it. */
  cacheUrl: 'cache-url',
  adminPassword: 'admin-password',
  stripeSecretKey: 'stripe-secret-key',
  stripeWebhookSecret: 'stripe-webhook-secret',
} as const;

type Choices = Pick<PlatformConfig, 'mailer' | 'smsSender' | 'paymentProvider' | 'functionTraces'>;

export function grantsOfFunction({ name, tables, consumers }: FunctionShape, config: Choices): Grant[] {
  const readSecret = (secret: string): Grant => ({ intent: 'read', kind: 'secret', name: secret });
  const stripe = name === 'payment' && config.paymentProvider === 'stripe';
  const grants: (Grant | false)[] = [
    ...tables.flatMap(({ name: table }): Grant[] => [
      { intent: 'read', kind: 'table', name: table },
      { intent: 'write', kind: 'table', name: table },
      { intent: 'consume', kind: 'table', name: table },
    ]),
    { intent: 'publish', kind: 'topic', name: 'events' },
    ...consumers.map((consumer): Grant => ({ intent: 'consume', kind: 'queue', name: consumer.name })),
    stripe && readSecret(secretNames.stripeSecretKey),
    stripe && readSecret(secretNames.stripeWebhookSecret),
    name === 'notification' && config.mailer !== 'inbox' && { intent: 'send', kind: 'mail', name: 'anyone' },
    name === 'notification' &&
      config.smsSender !== 'inbox' && { intent: 'send', kind: 'sms', name: 'anyone' },
    config.functionTraces && { intent: 'write', kind: 'traces', name: 'all' },
  ];
  return grants.filter((grant) => grant !== false);
}

export function grantsOfContainer({ name, holdsTokenKeys, usesCache }: ContainerShape): Grant[] {
  const secrets = [
    secretNames.databaseOf(name),
    ...(holdsTokenKeys ? [secretNames.tokenKeys] : []),
    ...(usesCache ? [secretNames.cacheUrl] : []),
  ];
  return [
    { intent: 'publish', kind: 'topic', name: 'events' },
    ...secrets.map((secret): Grant => ({ intent: 'read', kind: 'secret', name: secret })),
  ];
}

/** It makes databases and the first administrator, and serves nobody. */
export function grantsOfBootstrap({ containers }: Pick<Shop, 'containers'>): Grant[] {
  const secrets = [
    secretNames.databaseAdmin,
    ...containers.map(({ name }) => secretNames.databaseOf(name)),
    secretNames.adminPassword,
  ];
  return secrets.map((name) => ({ intent: 'read', kind: 'secret', name }));
}

/** It passes on what the containers tell of themselves. */
export const grantsOfCollector: readonly Grant[] = [
  { intent: 'write', kind: 'traces', name: 'all' },
  { intent: 'write', kind: 'metrics', name: 'all' },
];

/** Every workload of the shop with what it may do. */
export function allGrants(shop: Shop, config: Choices): ReadonlyMap<string, readonly Grant[]> {
  return new Map<string, readonly Grant[]>([
    ...shop.functions.map((one) => [one.name, grantsOfFunction(one, config)] as const),
    ...shop.containers.map((one) => [one.name, grantsOfContainer(one)] as const),
    ['bootstrap', grantsOfBootstrap(shop)],
    ['collector', grantsOfCollector],
  ]);
}
