import { recordPlatform } from './infrastructure.ts';
import type { Registered } from './pulumi-mocks.ts';

const production = { profile: 'production', clusterAccess: '203.0.113.0/24' };

/** All that can be switched on. */
const switchedOn = {
  paymentProvider: 'stripe',
  mailer: 'ses',
  mailFrom: 'shop@example.com',
  smsSender: 'sns',
  alarmEmail: 'you@example.com',
  corsOrigins: 'https://shop.example.com',
  nat: 'single',
  zones: '3',
};

export interface AwsPlatforms {
  readonly learn: readonly Registered[];
  readonly prod: readonly Registered[];
  /** With {@link switchedOn}. */
  readonly varied: readonly Registered[];
}

let recorded: Promise<AwsPlatforms> | undefined;

/** All that the platform registers on AWS, in both profiles and with all that can be switched on; made once. */
export function awsPlatforms(): Promise<AwsPlatforms> {
  recorded ??= record();
  return recorded;
}

async function record(): Promise<AwsPlatforms> {
  const learn = await recordPlatform();
  const prod = await recordPlatform(production);
  const varied = await recordPlatform(switchedOn, { stripeSecretKey: 'sk', stripeWebhookSecret: 'wh' });
  return { learn, prod, varied };
}
