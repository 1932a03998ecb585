import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as docker from '@pulumi/docker';
import * as dockerBuild from '@pulumi/docker-build';
import * as pulumi from '@pulumi/pulumi';
import type { Bundles } from '../bundles.ts';
import type { Registry } from '../contract.ts';

const dockerfile = fileURLToPath(new URL('./Dockerfile', import.meta.url));

export interface ImagesArgs {
  readonly bundles: Bundles;
  readonly registry: Registry;
  readonly platforms: readonly string[];
  /** Of the builder, which is the machine's and not the cloud's. */
  readonly builderName: string;
  /** It is there already, and is not made here. */
  readonly builderExists: boolean;
}

/** The images of all containers, each deployed by its digest. */
export class Images extends pulumi.ComponentResource {
  private readonly references = new Map<string, pulumi.Output<string>>();

  constructor(args: ImagesArgs, options: pulumi.ComponentResourceOptions) {
    super('ecommerce:index:Images', 'images', {}, options);
    const { bundles, builderName, builderExists } = args;
    // The driver that Docker has by default builds for one platform, and keeps no cache in a registry.
    const builders = builderExists
      ? []
      : [
          new docker.BuildxBuilder(
            'builder',
            { name: builderName, driver: 'docker-container', bootstrap: true },
            { parent: this },
          ),
        ];
    for (const name of bundles.containers) this.references.set(name, this.build(name, args, builders));
    this.registerOutputs();
  }

  /** `registry/name@sha256:…` */
  referenceOf(name: string): pulumi.Output<string> {
    const reference = this.references.get(name);
    if (!reference)
      throw new Error(`there is no image ${name}: ${[...this.references.keys()].join(', ')} are`);
    return reference;
  }

  private build(
    name: string,
    { bundles, platforms, registry, builderName }: ImagesArgs,
    builders: readonly pulumi.Resource[],
  ): pulumi.Output<string> {
    const { path, digest } = bundles.folderOf(name);
    const { url, ready } = registry.repository(name);
    const cache = pulumi.interpolate`${url}:cache`;
    const image = new dockerBuild.Image(
      name,
      {
        // Of all that goes into it: a tag that is there already says the same image, and never moves.
        tags: [pulumi.interpolate`${url}:${tagOf(digest, platforms)}`],
        context: { location: fromProgram(path) },
        dockerfile: { location: fromProgram(dockerfile) },
        platforms: platforms.map((platform) => platform as dockerBuild.Platform),
        builder: { name: builderName },
        push: true,
        buildOnPreview: false,
        cacheFrom: [{ registry: { ref: cache } }],
        cacheTo: [{ registry: { ref: cache, imageManifest: true, ociMediaTypes: true, mode: 'max' } }],
        registries: [{ address: registry.address, username: registry.username, password: registry.password }],
      },
      { parent: this, dependsOn: [...ready, ...builders] },
    );
    return image.ref;
  }
}

/** The builder compares paths: one that began with this machine's folders would be a change on every other machine. */
const fromProgram = (path: string) => `./${relative('', path).replaceAll(sep, '/')}`;

/** Changes with the files, the Dockerfile and its base, and the platforms. */
export function tagOf(digest: string, platforms: readonly string[]): string {
  const all = [digest, readFileSync(dockerfile, 'utf8'), ...platforms].join('\0');
  return createHash('sha256').update(all).digest('hex').slice(0, 24);
}
