import { Backend } from '@pulumi/azure-native/apimanagement/backend.js';
import { NamedValue } from '@pulumi/azure-native/apimanagement/namedValue.js';
import * as pulumi from '@pulumi/pulumi';
import type { EntranceKey } from '../../components/contract.ts';
import type { Cluster } from './cluster.ts';
import { type AzureContext, Part } from './part.ts';

/**
 * The way from the gateway into the cluster: to the balancer that the cluster makes itself, by an address of the network's
 * own, or over the internet with a key.
 */
export class Entrance extends Part {
  private readonly cluster: Cluster;

  constructor(context: AzureContext, cluster: Cluster) {
    super('Entrance', 'entrance', context);
    this.cluster = cluster;
    this.registerOutputs();
  }

  createBackend(serviceName: pulumi.Output<string>, key: EntranceKey | undefined): Backend {
    const { entranceHost } = this.cluster;
    const there = { resourceGroupName: this.place.resourceGroupName, serviceName };
    const secret =
      key &&
      new NamedValue(
        'entrance-key',
        {
          ...there,
          namedValueId: 'entrance-key',
          displayName: 'entrance-key',
          secret: true,
          value: key.value,
        },
        this.child,
      );
    return new Backend(
      'cluster',
      {
        ...there,
        backendId: 'cluster',
        protocol: 'http',
        url: key ? pulumi.interpolate`https://${entranceHost}` : pulumi.interpolate`http://${entranceHost}`,
        ...(secret && {
          // The cluster's certificate is its own making: nobody reads along, and nobody vouches for it.
          tls: { validateCertificateChain: false, validateCertificateName: false },
          credentials: { header: { [key.header]: [pulumi.interpolate`{{${secret.displayName}}}`] } },
        }),
      },
      this.child,
    );
  }
}
