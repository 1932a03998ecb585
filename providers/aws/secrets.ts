import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Secret } from '../../components/contract.ts';
import { type AwsContext, Part } from './part.ts';

/** A month in which a deleted secret can be brought back, in days. */
const recoveryDays = 30;

/** The platform's secrets in Secrets Manager, by name. */
export class Secrets extends Part {
  private readonly arns = new Map<string, pulumi.Output<string>>();

  constructor(context: AwsContext) {
    super('Secrets', 'secrets', context);
    this.registerOutputs();
  }

  create(name: string, value: pulumi.Input<string>): Secret {
    const { config, naming } = this.context;
    const secret = new aws.secretsmanager.Secret(
      name,
      {
        // With a random ending: a name that is deleted stays taken for as long as it could be brought back.
        namePrefix: naming.name(`${name}-`, 40),
        recoveryWindowInDays: config.deletionProtection ? recoveryDays : 0,
        tags: this.tags,
      },
      this.child,
    );
    const version = new aws.secretsmanager.SecretVersion(
      name,
      { secretId: secret.id, secretString: pulumi.secret(value) },
      this.child,
    );
    this.arns.set(name, secret.arn);
    return { reference: secret.arn, address: secret.arn, ready: [version] };
  }

  arnOf(name: string): pulumi.Output<string> {
    const arn = this.arns.get(name);
    if (!arn)
      throw new Error(
        `a grant names the secret ${name}, which was not made: ${[...this.arns.keys()].join(', ')} were`,
      );
    return arn;
  }
}
