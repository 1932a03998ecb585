import * as pulumi from '@pulumi/pulumi';
import type { Environment } from '../../components/contract.ts';

/** How often a change feed without changes is asked again, in milliseconds: each asking is paid. */
const feedPollMs = 5_000;

export interface FunctionSurroundings {
  /** As the platform gives it: names that end in `_SECRET_NAME` lead to secrets. */
  readonly environment: Environment;
  /** Of the identity that the app runs as. */
  readonly clientId: pulumi.Output<string>;
  readonly storageName: pulumi.Output<string>;
  readonly insightsConnection: pulumi.Output<string>;
  readonly serviceBus: { readonly address: pulumi.Output<string>; readonly topic: string };
  readonly cosmos: { readonly endpoint: pulumi.Output<string>; readonly database: string };
  readonly vaultUrl: pulumi.Output<string>;
  readonly gatewayKeyName: string;
  readonly timeoutSeconds: number;
  /** Messages that an instance takes of each subscription at once. */
  readonly concurrency: number;
}

/**
 * The settings of a function app: what its host, its triggers and its code read. There is no key in them: connections
 * are by the app's identity, and a secret is a reference to the vault, which the platform resolves as the app starts.
 */
export function appSettings(around: FunctionSurroundings): Environment {
  const { clientId, storageName, serviceBus, cosmos, vaultUrl, timeoutSeconds, concurrency } = around;
  const byIdentity = (connection: string) => ({
    [`${connection}__credential`]: 'managedidentity',
    [`${connection}__clientId`]: clientId,
  });
  const storage = (service: string) => pulumi.interpolate`https://${storageName}.${service}.core.windows.net`;
  return {
    AzureWebJobsStorage__blobServiceUri: storage('blob'),
    AzureWebJobsStorage__queueServiceUri: storage('queue'),
    AzureWebJobsStorage__tableServiceUri: storage('table'),
    ...byIdentity('AzureWebJobsStorage'),
    APPLICATIONINSIGHTS_CONNECTION_STRING: around.insightsConnection,
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: pulumi.interpolate`ClientId=${clientId};Authorization=AAD`,
    SERVICE_BUS__fullyQualifiedNamespace: serviceBus.address,
    ...byIdentity('SERVICE_BUS'),
    SERVICE_BUS_TOPIC: serviceBus.topic,
    COSMOS__accountEndpoint: cosmos.endpoint,
    ...byIdentity('COSMOS'),
    COSMOS_DATABASE: cosmos.database,
    FEED_POLL_MS: String(feedPollMs),
    // For the code's own clients.
    AZURE_CLIENT_ID: clientId,
    // In place of what host.json says.
    AzureFunctionsJobHost__functionTimeout: timeSpan(timeoutSeconds),
    AzureFunctionsJobHost__extensions__serviceBus__maxConcurrentCalls: String(concurrency),
    GATEWAY_KEY: vaultReference(vaultUrl, around.gatewayKeyName),
    ...withReferences(around.environment, vaultUrl),
  };
}

const secretEnding = '_SECRET_NAME';

/** `X_SECRET_NAME` becomes `X`, with a reference to the secret of that name. */
function withReferences(environment: Environment, vaultUrl: pulumi.Output<string>): Environment {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) =>
      name.endsWith(secretEnding)
        ? [name.slice(0, -secretEnding.length), vaultReference(vaultUrl, value)]
        : [name, value],
    ),
  );
}

/** Without a version: a new one is taken up within a day, or when the app starts. */
function vaultReference(vaultUrl: pulumi.Output<string>, name: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.interpolate`@Microsoft.KeyVault(SecretUri=${vaultUrl}secrets/${name}/)`;
}

/** As .NET writes it. @internal */
export function timeSpan(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(11, 19);
}
