import { Blob } from '@pulumi/azure-native/storage/blob.js';
import { StorageAccount } from '@pulumi/azure-native/storage/storageAccount.js';
import { StorageAccountStaticWebsite } from '@pulumi/azure-native/storage/storageAccountStaticWebsite.js';
import * as pulumi from '@pulumi/pulumi';
import type { StaticSite } from '../../components/contract.ts';
import { type AzureContext, Part } from './part.ts';
import { privateAccount } from './storage.ts';

/** A private storage account with a static website: what is in the website, anybody may read by HTTPS, and nothing else. */
export class Site extends Part implements StaticSite {
  readonly url: pulumi.Output<string>;
  readonly ready: readonly pulumi.Resource[];
  private readonly account: StorageAccount;
  private readonly website: StorageAccountStaticWebsite;

  constructor(name: string, context: AzureContext) {
    super('Site', name, context);
    this.account = new StorageAccount(
      // Unique in the world by its random ending.
      name,
      {
        ...this.place,
        ...privateAccount,
        // By the account's key Pulumi's provider puts files, and by nothing else.
        allowSharedKeyAccess: true,
        tags: this.tags,
      },
      this.child,
    );
    this.website = new StorageAccountStaticWebsite(
      name,
      {
        resourceGroupName: this.place.resourceGroupName,
        accountName: this.account.name,
        indexDocument: 'index.html',
      },
      this.child,
    );
    this.url = this.account.primaryEndpoints.apply(({ web }) => web.replace(/\/$/, ''));
    this.ready = [this.website];
    this.registerOutputs({ url: this.url });
  }

  put(path: string, content: pulumi.Input<string>, contentType: string): pulumi.Resource {
    const blobName = path.replace(/^\//, '');
    return new Blob(
      `${this.tags.component}-${blobName.replaceAll(/[^a-z0-9.-]+/gi, '-')}`,
      {
        resourceGroupName: this.place.resourceGroupName,
        accountName: this.account.name,
        containerName: this.website.containerName,
        blobName,
        contentType,
        source: pulumi.output(content).apply((text) => new pulumi.asset.StringAsset(text)),
      },
      this.child,
    );
  }
}
