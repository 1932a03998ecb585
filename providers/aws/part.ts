import * as pulumi from '@pulumi/pulumi';
import type { PlatformConfig } from '../../components/config/load.ts';
import type { Naming } from '../../components/naming.ts';
import type { Tags, TagsOf } from '../../components/tags.ts';

/** What every part of the platform on AWS is made with. */
export interface AwsContext {
  readonly config: PlatformConfig<pulumi.Output<string>>;
  readonly naming: Naming;
  readonly tags: TagsOf;
  readonly options: pulumi.ComponentResourceOptions;
  readonly accountId: pulumi.Output<string>;
  readonly partition: pulumi.Output<string>;
}

/** A part of the platform on AWS: one component, whose name is that of its file. */
export abstract class Part extends pulumi.ComponentResource {
  protected readonly tags: Tags;
  protected readonly context: AwsContext;
  /** For its children. */
  protected readonly child: pulumi.CustomResourceOptions;
  /** For those of its children that hold data: not deleted while the stack protects them. */
  protected readonly keeper: pulumi.CustomResourceOptions;

  protected constructor(kind: string, name: string, context: AwsContext) {
    super(`ecommerce:aws:${kind}`, name, {}, context.options);
    this.context = context;
    this.tags = context.tags(name);
    this.child = { parent: this };
    this.keeper = { parent: this, protect: context.config.deletionProtection };
  }
}
