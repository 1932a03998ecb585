import type * as pulumi from '@pulumi/pulumi';
import * as random from '@pulumi/random';
import type { PlatformConfig } from './config/load.ts';
import type { Cloud, Secret } from './contract.ts';
import { secretNames } from './grants.ts';

/** Passwords, and the cloud's secrets by their names. */
export class PlatformSecrets {
  readonly ready: pulumi.Resource[] = [];
  private readonly cloud: Cloud;
  private readonly options: pulumi.CustomResourceOptions;
  private readonly made = new Map<string, Secret>();
  private readonly passwords = new Map<string, pulumi.Output<string>>();

  constructor(
    cloud: Cloud,
    config: PlatformConfig<pulumi.Output<string>>,
    options: pulumi.CustomResourceOptions,
  ) {
    this.cloud = cloud;
    this.options = options;
    const { stripeSecretKey, stripeWebhookSecret } = config.secrets;
    if (stripeSecretKey) this.keep(secretNames.stripeSecretKey, stripeSecretKey);
    if (stripeWebhookSecret) this.keep(secretNames.stripeWebhookSecret, stripeWebhookSecret);
  }

  /** Made once by its name. Letters and digits: it goes into addresses. */
  password(name: string): pulumi.Output<string> {
    const known = this.passwords.get(name);
    if (known) return known;
    const args = { length: 32, special: false };
    const { result } = new random.RandomPassword(`${name}-password`, args, this.options);
    this.passwords.set(name, result);
    return result;
  }

  keep(name: string, value: pulumi.Input<string>): pulumi.Output<string> {
    const secret = this.cloud.createSecret(name, value);
    this.made.set(name, secret);
    this.ready.push(...secret.ready);
    return secret.reference;
  }

  referenceOf = (name: string): pulumi.Output<string> => this.get(name).reference;
  addressOf = (name: string): pulumi.Output<string> => this.get(name).address;

  private get(name: string): Secret {
    const secret = this.made.get(name);
    if (!secret) throw new Error(`there is no secret ${name}: ${[...this.made.keys()].join(', ')} are`);
    return secret;
  }
}
