import * as pulumi from '@pulumi/pulumi';
import type { PlatformConfig } from '../../components/config/load.ts';
import type { Naming } from '../../components/naming.ts';
import type { Tags, TagsOf } from '../../components/tags.ts';

/** What every part of the platform on Azure is made with. */
export interface AzureContext {
  readonly config: PlatformConfig<pulumi.Output<string>>;
  readonly naming: Naming;
  readonly tags: TagsOf;
  readonly options: pulumi.ComponentResourceOptions;
  /** Holds all that the stack makes, and nothing else. */
  readonly resourceGroupName: pulumi.Output<string>;
  readonly resourceGroupId: pulumi.Output<string>;
  readonly subscriptionId: pulumi.Output<string>;
  readonly tenantId: pulumi.Output<string>;
  /** Whoever runs the program, as Entra ID knows them. */
  readonly deployerId: pulumi.Output<string>;
}

/** A part of the platform on Azure: one component, whose name is that of its file. */
export abstract class Part extends pulumi.ComponentResource {
  protected readonly tags: Tags;
  protected readonly context: AzureContext;
  /** Where its resources are: nearly every one of Azure's asks for it. */
  protected readonly place: { readonly resourceGroupName: pulumi.Output<string>; readonly location: string };
  /** For its children. */
  protected readonly child: pulumi.CustomResourceOptions;
  /** For those of its children that hold data: not deleted while the stack protects them. */
  protected readonly keeper: pulumi.CustomResourceOptions;

  protected constructor(kind: string, name: string, context: AzureContext) {
    super(`ecommerce:azure:${kind}`, name, {}, context.options);
    this.context = context;
    this.tags = context.tags(name);
    this.place = { resourceGroupName: context.resourceGroupName, location: context.config.region };
    this.child = { parent: this };
    this.keeper = { parent: this, protect: context.config.deletionProtection };
  }
}
