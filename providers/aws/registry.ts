import * as aws from '@pulumi/aws';
import type * as pulumi from '@pulumi/pulumi';
import type { Registry as RegistryContract } from '../../components/contract.ts';
import { type AwsContext, Part } from './part.ts';

/** Tags that say of what the cache of builds is; all other tags are for ever. */
export const cacheTagPattern = 'cache*';
const keptImages = 30;

/** A repository of images for each name, in ECR. */
export class Registry extends Part implements RegistryContract {
  readonly address: pulumi.Output<string>;
  readonly username: pulumi.Output<string>;
  readonly password: pulumi.Output<string>;
  private readonly repositories = new Map<string, aws.ecr.Repository>();

  constructor(context: AwsContext, names: readonly string[]) {
    super('Registry', 'registry', context);
    const { config, naming } = context;
    for (const name of names) {
      const repository = new aws.ecr.Repository(
        name,
        {
          name: `${naming.prefix.replace(/-$/, '')}/${name}`,
          imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
          imageTagMutabilityExclusionFilters: [{ filter: cacheTagPattern, filterType: 'WILDCARD' }],
          imageScanningConfiguration: { scanOnPush: true },
          encryptionConfigurations: [{ encryptionType: 'AES256' }],
          // Images can be built again; a repository with images in it cannot be deleted otherwise.
          forceDelete: !config.deletionProtection,
          tags: this.tags,
        },
        this.child,
      );
      new aws.ecr.LifecyclePolicy(
        name,
        { repository: repository.name, policy: JSON.stringify({ rules: lifecycleRules }) },
        this.child,
      );
      this.repositories.set(name, repository);
    }
    const token = aws.ecr.getAuthorizationTokenOutput({}, this.child);
    this.address = token.proxyEndpoint.apply((endpoint) => endpoint.replace(/^https:\/\//, ''));
    this.username = token.userName;
    this.password = token.password;
    this.registerOutputs({ address: this.address });
  }

  repository(name: string) {
    const repository = this.repositories.get(name);
    if (!repository)
      throw new Error(`there is no repository ${name}: ${[...this.repositories.keys()].join(', ')} are`);
    return { url: repository.repositoryUrl, ready: [repository] };
  }
}

const lifecycleRules = [
  {
    rulePriority: 1,
    description: 'What no tag names any more',
    selection: { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 7 },
    action: { type: 'expire' },
  },
  {
    rulePriority: 2,
    description: 'All but the newest images',
    selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: keptImages },
    action: { type: 'expire' },
  },
];
