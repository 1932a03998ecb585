import * as aws from '@pulumi/aws';
import type * as pulumi from '@pulumi/pulumi';
import type { AwsContext } from './part.ts';

/** The address that mail is sent from. SES asks it to confirm, and a new account may send to confirmed ones only. */
export function mailIdentity({ config, options, tags }: AwsContext): pulumi.Output<string> {
  const { parent, providers } = options;
  const [provider] = providers as pulumi.ProviderResource[];
  const identity = new aws.sesv2.EmailIdentity(
    'sender',
    { emailIdentity: config.mailFrom ?? '', tags: tags('mail') },
    { parent, provider },
  );
  return identity.arn;
}
