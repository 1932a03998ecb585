import { recordPlatform, type Values } from './infrastructure.ts';
import type { Registered } from './pulumi-mocks.ts';

/** All that the platform registers on a cloud: in both profiles, and with all that can be switched on. */
export interface Platforms {
  readonly learn: readonly Registered[];
  readonly production: readonly Registered[];
  readonly varied: readonly Registered[];
}

const everywhere = {
  paymentProvider: 'stripe',
  alarmEmail: 'you@example.com',
  corsOrigins: 'https://shop.example.com',
  nat: 'single',
  zones: '3',
};

export const awsPlatforms = once({}, { mailer: 'ses', mailFrom: 'shop@example.com', smsSender: 'sns' });
export const azurePlatforms = once(
  { cloud: 'azure', region: 'northeurope' },
  { mailer: 'communication', smsSender: 'communication', smsFrom: '+15550100' },
);

/** Recorded by the first who asks. */
function once(here: Values, switchedOn: Values): () => Promise<Platforms> {
  let recorded: Promise<Platforms> | undefined;
  return () => {
    recorded ??= record(here, switchedOn);
    return recorded;
  };
}

/** One after the other: Pulumi's mocks are the process's. */
async function record(here: Values, switchedOn: Values): Promise<Platforms> {
  const learn = await recordPlatform(here);
  const production = await recordPlatform({
    ...here,
    profile: 'production',
    clusterAccess: '203.0.113.0/24',
  });
  const varied = await recordPlatform(
    { ...here, ...everywhere, ...switchedOn },
    { stripeSecretKey: 'sk', stripeWebhookSecret: 'wh' },
  );
  return { learn, production, varied };
}
