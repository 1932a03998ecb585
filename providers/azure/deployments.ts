import { Deployment } from '@pulumi/azure-native/resources/deployment.js';
import { Blob } from '@pulumi/azure-native/storage/blob.js';
import { BlobContainer } from '@pulumi/azure-native/storage/blobContainer.js';
import { StorageAccount } from '@pulumi/azure-native/storage/storageAccount.js';
import * as pulumi from '@pulumi/pulumi';
import type { Archive } from '../../components/contract.ts';
import { type AzureContext, Part } from './part.ts';
import { privateAccount } from './storage.ts';

const storageApi = '2023-05-01';
const webApi = '2024-04-01';

/** Where a package lies for the moment in which an app fetches it. */
export interface PackagePlace {
  readonly accountName: string;
  readonly accountId: string;
  readonly blobName: string;
}

const containerName = 'packages';

/**
 * Hands zips to function apps. Flex Consumption takes a package by One Deploy only, which Azure's resource manager has
 * and Pulumi's provider has not: so it is a template within a deployment. The template itself makes the address that the
 * package is fetched by, readable for an hour; nothing of it is in the state. A deployment runs again when its template
 * changes, and the name of the zip in it has the zip's digest.
 */
export class Deployments extends Part {
  private readonly account: StorageAccount;
  private readonly container: BlobContainer;

  constructor(context: AzureContext) {
    super('Deployments', 'deployments', context);
    const { resourceGroupName } = this.place;
    this.account = new StorageAccount(
      'packages',
      {
        ...this.place,
        ...privateAccount,
        // The address of an hour is signed with the account's key, and Pulumi's provider puts files by it.
        allowSharedKeyAccess: true,
        tags: this.tags,
      },
      this.child,
    );
    this.container = new BlobContainer(
      'packages',
      {
        resourceGroupName,
        accountName: this.account.name,
        containerName,
        publicAccess: 'None',
      },
      this.child,
    );
    this.registerOutputs();
  }

  /** Puts a package into an app, after what the app needs to take it. */
  deploy(
    name: string,
    { path, digest }: Archive,
    appName: pulumi.Output<string>,
    after: readonly pulumi.Resource[],
  ): Deployment {
    const { resourceGroupName } = this.place;
    const blobName = `${name}-${digest}.zip`;
    const blob = new Blob(
      `${name}-package`,
      {
        resourceGroupName,
        accountName: this.account.name,
        containerName: this.container.name,
        blobName,
        contentType: 'application/zip',
        source: new pulumi.asset.FileAsset(path),
      },
      this.child,
    );
    const template = pulumi
      .all([appName, this.account.name, this.account.id])
      .apply(([app, accountName, accountId]) => packageTemplate(app, { accountName, accountId, blobName }));
    return new Deployment(
      `${name}-package`,
      { resourceGroupName, properties: { mode: 'Incremental', template }, tags: this.tags },
      { ...this.child, dependsOn: [blob, ...after] },
    );
  }
}

/** The template that has an app fetch a package and run it. */
export function packageTemplate(app: string, place: PackagePlace) {
  const { accountId, accountName, blobName } = place;
  const path = `${containerName}/${blobName}`;
  const signature = {
    canonicalizedResource: `/blob/${accountName}/${path}`,
    signedResource: 'b',
    signedPermission: 'r',
    signedProtocol: 'https',
  };
  return {
    $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
    contentVersion: '1.0.0.0',
    // The clock can be asked in a parameter's default only.
    parameters: { until: { type: 'string', defaultValue: "[dateTimeAdd(utcNow(), 'PT1H')]" } },
    variables: { signature },
    resources: [
      {
        type: 'Microsoft.Web/sites/extensions',
        apiVersion: webApi,
        name: `${app}/onedeploy`,
        properties: {
          packageUri: `[concat('https://${accountName}.blob.core.windows.net/${path}?', listServiceSas('${accountId}', '${storageApi}', union(variables('signature'), createObject('signedExpiry', parameters('until')))).serviceSasToken)]`,
          remoteBuild: false,
        },
      },
    ],
  };
}
