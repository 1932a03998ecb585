import { recordPlatform, type Values } from './infrastructure.ts';
import type { Registered } from './pulumi-mocks.ts';

const here = { cloud: 'azure', region: 'northeurope' };

/** All that can be switched on. */
const switchedOn = {
  paymentProvider: 'stripe',
  mailer: 'communication',
  smsSender: 'communication',
  smsFrom: '+15550100',
  alarmEmail: 'you@example.com',
  corsOrigins: 'https://shop.example.com',
  nat: 'single',
  zones: '3',
};

export interface AzurePlatforms {
  readonly learn: readonly Registered[];
  readonly production: readonly Registered[];
  readonly varied: readonly Registered[];
}

let recorded: Promise<AzurePlatforms> | undefined;

/** The platform on Azure as each profile makes it, and with all that can be switched on: made once for all suites. */
export function azurePlatforms(): Promise<AzurePlatforms> {
  recorded ??= record();
  return recorded;
}

async function record(): Promise<AzurePlatforms> {
  const on = (values: Values, secrets?: Values) => recordPlatform({ ...here, ...values }, secrets);
  // One after the other: Pulumi's mocks are the process's.
  const learn = await on({});
  const production = await on({ profile: 'production', clusterAccess: '203.0.113.0/24' });
  const varied = await on(switchedOn, { stripeSecretKey: 'sk', stripeWebhookSecret: 'wh' });
  return { learn, production, varied };
}
