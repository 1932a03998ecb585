import type * as pulumi from '@pulumi/pulumi';
import type { PlatformConfig } from './config/load.ts';
import type { Environment } from './contract.ts';
import { secretNames } from './grants.ts';
import type { FunctionShape } from './shop.ts';

export interface FunctionSurroundings {
  readonly gatewayUrl: pulumi.Output<string>;
  secretOf(name: string): pulumi.Output<string>;
}

type Choices = Pick<PlatformConfig, 'mailer' | 'mailFrom' | 'smsSender' | 'smsFrom' | 'paymentProvider'>;

/** The settings of one function service, beside those that all of them have: what entries/functions/ reads. */
export function functionEnvironment(
  { name }: Pick<FunctionShape, 'name'>,
  config: Choices,
  { gatewayUrl, secretOf }: FunctionSurroundings,
): Environment {
  if (name === 'notification')
    return {
      PUBLIC_URL: gatewayUrl,
      MAILER: config.mailer,
      SMS_SENDER: config.smsSender,
      ...(config.smsFrom !== undefined && { SMS_FROM: config.smsFrom }),
      ...(config.mailFrom !== undefined && {
        MAIL_FROM: config.mailFrom,
        MAIL_DOMAIN: config.mailFrom.split('@')[1] ?? '',
      }),
    };
  // Where money is real, nobody is charged on a card that they did not name.
  if (name === 'order') return config.paymentProvider === 'stripe' ? { DEFAULT_PAYMENT_METHOD: 'none' } : {};
  if (name !== 'payment') return {};
  if (config.paymentProvider === 'simulated') return { PAYMENT_PROVIDER: 'simulated' };
  return {
    PAYMENT_PROVIDER: 'stripe',
    STRIPE_SECRET_KEY_SECRET_NAME: secretOf(secretNames.stripeSecretKey),
    STRIPE_WEBHOOK_SECRET_SECRET_NAME: secretOf(secretNames.stripeWebhookSecret),
  };
}
