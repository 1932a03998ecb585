import { CommunicationService } from '@pulumi/azure-native/communication/communicationService.js';
import { Domain } from '@pulumi/azure-native/communication/domain.js';
import { EmailService } from '@pulumi/azure-native/communication/emailService.js';
import * as pulumi from '@pulumi/pulumi';
import type { AzureContext } from './part.ts';

/** Where the service keeps what it has to send: one of the few places that it knows. */
const dataLocation = 'Europe';

export interface MailIdentity {
  readonly communicationId: pulumi.Output<string>;
  /** By which the services' own adapter reaches it. */
  readonly endpoint: pulumi.Output<string>;
  readonly sender: pulumi.Output<string>;
}

/** The address that mail is sent from, of a domain that Azure has and vouches for. It sends a few mails a minute. */
export function mailIdentity({ options, resourceGroupName, tags }: AzureContext): MailIdentity {
  const { parent, providers } = options;
  const [provider] = providers as pulumi.ProviderResource[];
  const child = { parent, provider };
  const common = { resourceGroupName, location: 'global', tags: tags('mail') };
  const service = new EmailService('mail', { ...common, dataLocation }, child);
  const domain = new Domain(
    'mail',
    {
      ...common,
      emailServiceName: service.name,
      domainName: 'AzureManagedDomain',
      domainManagement: 'AzureManaged',
      userEngagementTracking: 'Disabled',
    },
    child,
  );
  const communication = new CommunicationService(
    'mail',
    { ...common, dataLocation, linkedDomains: [domain.id], disableLocalAuth: true },
    child,
  );
  return {
    communicationId: communication.id,
    endpoint: pulumi.interpolate`https://${communication.hostName}`,
    sender: pulumi.interpolate`DoNotReply@${domain.fromSenderDomain}`,
  };
}
