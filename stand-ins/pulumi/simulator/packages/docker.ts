import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { PackageModel, Request } from '../model.ts';
import { at, isUnknown, type Values } from '../values.ts';

/**
 * Images are not built: an image's digest is a hash of what it would be built from, so it changes when one of these
 * files does. It does not prove that a Dockerfile builds.
 */

const builder = 'docker:index/buildxBuilder:BuildxBuilder';

function folderOf({ inputs, cloud }: Request): string | undefined {
  const location = at(inputs, 'context.location');
  return typeof location === 'string' && !isUnknown(location)
    ? resolve(cloud.programFolder, location)
    : undefined;
}

function dockerfileOf(request: Request): { text?: string; file?: string } {
  const inline = at(request.inputs, 'dockerfile.inline');
  if (typeof inline === 'string') return { text: inline };
  const location = at(request.inputs, 'dockerfile.location');
  const file =
    typeof location === 'string'
      ? resolve(request.cloud.programFolder, location)
      : join(folderOf(request) ?? '', 'Dockerfile');
  return existsSync(file) ? { file, text: readFileSync(file, 'utf8') } : { file };
}

/** Paths and contents of a folder, without what is never sent to a builder. */
function hashOf(folder: string): string {
  const hash = createHash('sha256');
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => !/(^|\/)(node_modules|\.git)(\/|$)/.test(name),
  );
  for (const name of names.sort()) {
    const path = join(folder, name);
    if (statSync(path).isFile()) hash.update(`${name}\0`).update(readFileSync(path)).update('\0');
  }
  return hash.digest('hex');
}

function contextHash(request: Request): string {
  const folder = folderOf(request);
  const contents = folder && existsSync(folder) ? hashOf(folder) : '';
  return createHash('sha256')
    .update(contents)
    .update(dockerfileOf(request).text ?? '')
    .digest('hex');
}

function check(request: Request): string[] {
  const folder = folderOf(request);
  const { text, file } = dockerfileOf(request);
  return [
    ...(folder === undefined || existsSync(folder) ? [] : [`${folder}: no such build context`]),
    ...(text === undefined && folder !== undefined ? [`${file}: no such Dockerfile`] : []),
  ];
}

/** A registry's password is another one at each run, and no change of the image (provider's image.go, Diff). */
function withoutPasswords(inputs: Values): Values {
  const held = Array.isArray(inputs.registries) ? inputs.registries : [];
  return { ...inputs, registries: held.map((registry) => ({ ...registry, password: undefined })) };
}

/** Where an image may be pushed: `…/shop:` of a repository, or anywhere in a registry that makes repositories by itself. */
const placesIn = (cloud: Request['cloud']) => [
  ...cloud.objects('aws:ecr/repository:Repository').map(({ outputs }) => `${String(outputs.repositoryUrl)}:`),
  ...cloud
    .objects('azure-native:containerregistry:Registry')
    .map(({ outputs }) => `${String(outputs.loginServer)}/`),
];

function refuse({ inputs, cloud }: Request): string[] {
  const tags = Array.isArray(inputs.tags) ? inputs.tags.map(String) : [];
  const known = placesIn(cloud);
  const pushed = inputs.push === true ? tags : [];
  const name = at(inputs, 'builder.name');
  const builders = cloud.objects(builder).map(({ inputs: held }) => held.name);
  const platforms = Array.isArray(inputs.platforms) ? inputs.platforms.length : 0;
  return [
    ...pushed
      .filter((tag) => !known.some((place) => tag.startsWith(place)))
      .map((tag) => `${tag}: there is no such repository`),
    ...(typeof name === 'string' && !builders.includes(name) ? [`no builder "${name}" found`] : []),
    ...(name === undefined && platforms > 1
      ? ['Multi-platform build is not supported for the docker driver']
      : []),
  ];
}

export const dockerBuildPackage: PackageModel = {
  functions: {},
  resources: {
    'docker-build:index:Image': {
      fingerprint: { output: 'contextHash', of: contextHash },
      changing: ['digest', 'ref', 'contextHash'],
      check,
      refuse,
      significant: withoutPasswords,
      outputs: (made) => {
        const { context: _, ...settings } = made.inputs;
        const digest = createHash('sha256')
          .update(contextHash(made))
          .update(JSON.stringify({ ...settings, registries: undefined }))
          .digest('hex');
        const [tag = 'image'] = Array.isArray(made.inputs.tags) ? made.inputs.tags.map(String) : [];
        return {
          digest: `sha256:${digest}`,
          ref: `${tag}@sha256:${digest}`,
          contextHash: contextHash(made),
        };
      },
    },
  },
};

export const dockerPackage: PackageModel = {
  functions: {},
  resources: {
    [builder]: {
      autoName: 'name',
      id: ({ inputs }) => String(inputs.name),
      unique: ({ inputs }) => String(inputs.name),
      forceNew: ['name', 'driver', 'dockerContainer', 'kubernetes', 'remote', 'platforms', 'driverOptions'],
    },
  },
};
