import { Secret as VaultSecret } from '@pulumi/azure-native/keyvault/secret.js';
import { Vault } from '@pulumi/azure-native/keyvault/vault.js';
import * as pulumi from '@pulumi/pulumi';
import type { Secret } from '../../components/contract.ts';
import { type AzureContext, Part } from './part.ts';

/** In which a deleted secret can be brought back, in days: a month, or the least that Key Vault takes. */
const recoveryDays = { kept: 30, least: 7 };

/** The platform's secrets in Key Vault, by name. */
export class Secrets extends Part {
  readonly vaultUrl: pulumi.Output<string>;
  private readonly vault: Vault;
  private readonly ids = new Map<string, pulumi.Output<string>>();

  constructor(context: AzureContext) {
    super('Secrets', 'secrets', context);
    const { config, tenantId } = context;
    this.vault = new Vault(
      // With a random ending: a name that is deleted stays taken for as long as it could be brought back.
      'secrets',
      {
        ...this.place,
        properties: {
          tenantId,
          sku: { family: 'A', name: 'standard' },
          enableRbacAuthorization: true,
          enableSoftDelete: true,
          softDeleteRetentionInDays: config.deletionProtection ? recoveryDays.kept : recoveryDays.least,
          // Never false: the vault takes true or nothing, and true for ever.
          ...(config.deletionProtection && { enablePurgeProtection: true }),
          enabledForDeployment: false,
          enabledForDiskEncryption: false,
          enabledForTemplateDeployment: false,
          publicNetworkAccess: 'Enabled',
        },
        tags: this.tags,
      },
      this.child,
    );
    this.vaultUrl = this.vault.properties.apply(({ vaultUri = '' }) => vaultUri);
    this.registerOutputs({ vaultUrl: this.vaultUrl });
  }

  create(name: string, value: pulumi.Input<string>): Secret {
    const secret = new VaultSecret(
      name,
      {
        resourceGroupName: this.place.resourceGroupName,
        vaultName: this.vault.name,
        secretName: name,
        properties: { value: pulumi.secret(value) },
        tags: this.tags,
      },
      this.child,
    );
    // By the secret's own name: so whatever is given a right to it comes after it.
    this.ids.set(name, pulumi.interpolate`${this.vault.id}/secrets/${secret.name}`);
    const address = pulumi.interpolate`${this.vaultUrl}secrets/${secret.name}`;
    return { reference: secret.name, address, ready: [secret] };
  }

  /** Of the resource: what a role is given on. */
  idOf(name: string): pulumi.Output<string> {
    const id = this.ids.get(name);
    if (!id)
      throw new Error(
        `a grant names the secret ${name}, which was not made: ${[...this.ids.keys()].join(', ')} were`,
      );
    return id;
  }
}
