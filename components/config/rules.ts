import type { PlatformConfig } from './load.ts';

export interface RuleProblem {
  readonly name: string;
  readonly value: string | undefined;
  readonly allowed: string;
  readonly command: string;
}

/** What several settings must say together. */
export function crossChecks(
  config: PlatformConfig,
  isGiven: (name: keyof PlatformConfig) => boolean,
): RuleProblem[] {
  const problems: RuleProblem[] = [];
  const need = (holds: boolean, problem: RuleProblem) => {
    if (!holds) problems.push(problem);
  };
  const { nodeCount, nodeCountMin, nodeCountMax, replicas, replicasMax, secrets } = config;
  need(nodeCountMin <= nodeCount, {
    name: 'nodeCountMin',
    value: String(nodeCountMin),
    allowed: `at most nodeCount, ${nodeCount}`,
    command: `pulumi config set nodeCountMin ${nodeCount}`,
  });
  need(nodeCount <= nodeCountMax, {
    name: 'nodeCountMax',
    value: String(nodeCountMax),
    allowed: `at least nodeCount, ${nodeCount}`,
    command: `pulumi config set nodeCountMax ${nodeCount}`,
  });
  need(replicas <= replicasMax, {
    name: 'replicasMax',
    value: String(replicasMax),
    allowed: `at least replicas, ${replicas}`,
    command: `pulumi config set replicasMax ${replicas}`,
  });
  need(config.profile !== 'production' || isGiven('clusterAccess'), {
    name: 'clusterAccess',
    value: undefined,
    allowed: 'in production the ranges that may reach the cluster’s API are named',
    command: 'pulumi config set clusterAccess 203.0.113.0/24',
  });
  need(config.mailer !== 'ses' || config.mailFrom !== undefined, {
    name: 'mailFrom',
    value: undefined,
    allowed: `a sender, for mailer is ${config.mailer}`,
    command: 'pulumi config set mailFrom shop@example.com',
  });
  need(config.smsSender !== 'communication' || config.smsFrom !== undefined, {
    name: 'smsFrom',
    value: undefined,
    allowed: `a number of your own, for smsSender is ${config.smsSender}`,
    command: 'pulumi config set smsFrom +15550100',
  });
  need(config.budgetUsd === 0 || config.alarmEmail !== undefined || !isGiven('budgetUsd'), {
    name: 'alarmEmail',
    value: undefined,
    allowed: 'an address to tell, for budgetUsd is watched',
    command: 'pulumi config set alarmEmail you@example.com',
  });
  for (const name of ['stripeSecretKey', 'stripeWebhookSecret'] as const)
    need(config.paymentProvider !== 'stripe' || secrets[name] !== undefined, {
      name,
      value: undefined,
      allowed: 'Stripe’s own, for paymentProvider is stripe',
      command: `pulumi config set --secret ${name}`,
    });
  return problems;
}
