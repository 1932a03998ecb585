import { listRegistryCredentialsOutput } from '@pulumi/azure-native/containerregistry/listRegistryCredentials.js';
import { Registry as ContainerRegistry } from '@pulumi/azure-native/containerregistry/registry.js';
import * as pulumi from '@pulumi/pulumi';
import type { Registry as RegistryContract } from '../../components/contract.ts';
import { type AzureContext, Part } from './part.ts';

/** A registry of images, in which a repository is there once something is pushed to it. */
export class Registry extends Part implements RegistryContract {
  readonly address: pulumi.Output<string>;
  readonly username: pulumi.Output<string>;
  readonly password: pulumi.Output<string>;
  readonly registryId: pulumi.Output<string>;
  private readonly registry: ContainerRegistry;
  private readonly names: readonly string[];

  constructor(context: AzureContext, names: readonly string[]) {
    super('Registry', 'registry', context);
    this.names = names;
    this.registry = new ContainerRegistry(
      'registry',
      {
        ...this.place,
        sku: { name: context.config.profile === 'production' ? 'Standard' : 'Basic' },
        // For whoever builds images here: the cluster pulls by its own identity. A token of a scope would do, but its
        // password is made by an action that is no resource.
        adminUserEnabled: true,
        anonymousPullEnabled: false,
        tags: this.tags,
      },
      this.child,
    );
    const credentials = listRegistryCredentialsOutput(
      { resourceGroupName: this.place.resourceGroupName, registryName: this.registry.name },
      this.child,
    );
    this.registryId = this.registry.id;
    this.address = this.registry.loginServer;
    this.username = credentials.apply(({ username = '' }) => username);
    this.password = pulumi.secret(credentials.apply(({ passwords }) => passwords?.[0]?.value ?? ''));
    this.registerOutputs({ address: this.address });
  }

  repository(name: string) {
    if (!this.names.includes(name))
      throw new Error(`there is no repository ${name}: ${this.names.join(', ')} are`);
    return { url: pulumi.interpolate`${this.address}/${name}`, ready: [this.registry] };
  }
}
