/**
 * The dependency rule, read from the source: who may import what. It does not prove that what is imported is used
 * well, nor anything of dynamic imports made from a computed name.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { importsIn, importsOf, packagesOf, root, sourcesIn } from '../support/imports.ts';

const within = (folder: string) => (target: string) => target.startsWith(`${folder}/`);
const cloudSdk = (target: string) => /^@aws-sdk$|^@aws-sdk\/|^@smithy\/|^@azure\//.test(target);
const ofAws = (target: string) =>
  /^@aws-sdk\/|^@smithy\/|^(runtime\/(adapters|edges)|entries)\/aws\//.test(target);
const ofAzure = (target: string) => /^@azure\/|^(runtime\/(adapters|edges)|entries)\/azure\//.test(target);
const ofAnyCloud = (target: string) => ofAws(target) || ofAzure(target);
const httpFramework = (target: string) =>
  target.startsWith('fastify') || target.startsWith('@fastify/') || target === 'runtime/http/server.ts';
const pulumi = (target: string) => target.startsWith('@pulumi/');
/** Packages of one cloud, whoever made them. */
const cloudPackage = (target: string) =>
  cloudSdk(target) || /^@aws-sdk|^@pulumi\/(aws|awsx|eks|azure)|^aws-/.test(target);
const infrastructure = (target: string) => within('components')(target) || within('providers')(target);
const driver = (target: string) =>
  ['pg', 'node-pg-migrate', 'stripe', 'nodemailer', '@redis/client'].includes(target);

/** What is about stacks; a move is about shops, wherever they are. */
const ofStacks = (forbidden: (target: string) => boolean) => (target: string, file: string) =>
  !within('operations/move')(file) && forbidden(target);

/** A room, and what may not be seen from it. */
const rules: [string, string, (target: string, file: string) => boolean][] = [
  ['services', 'an adapter', within('runtime/adapters')],
  ['services', 'the local run', within('local')],
  ['services', 'the functions', within('functions')],
  ['services', 'a cloud SDK', cloudSdk],
  ['services', 'Pulumi', pulumi],
  ['services', 'the infrastructure', infrastructure],
  ['functions', 'an adapter', within('runtime/adapters')],
  ['functions', 'SQL', (target) => within('runtime/sql')(target) || driver(target)],
  ['functions', 'an HTTP framework', httpFramework],
  ['functions', 'the local run', within('local')],
  ['functions', 'what puts them together', within('entries')],
  ['functions', 'the containers', within('services')],
  ['functions', 'a cloud SDK', cloudSdk],
  ['functions', 'Pulumi', pulumi],
  ['functions', 'the infrastructure', infrastructure],
  ['runtime', 'a service', (target) => within('services')(target) || within('functions')(target)],
  ['runtime', 'the local run', within('local')],
  ['runtime', 'what puts processes together', within('entries')],
  ['runtime', 'a stand-in', within('stand-ins')],
  ['runtime', 'Pulumi', pulumi],
  ['runtime', 'the infrastructure', infrastructure],
  ['runtime/ports', 'anything but contracts', (target) => !/^runtime\/(ports|contracts)\//.test(target)],
  ['runtime/consumers', 'an adapter', within('runtime/adapters')],
  ['runtime/contracts', 'an adapter', within('runtime/adapters')],
  ['runtime/http', 'an adapter', within('runtime/adapters')],
  [
    'runtime/adapters/shared',
    'another adapter',
    (target) => /^runtime\/adapters\/(local|aws|azure)\//.test(target),
  ],
  ['runtime/adapters', 'an edge', within('runtime/edges')],
  ['runtime/adapters/aws', 'another cloud', ofAzure],
  ['runtime/adapters/azure', 'another cloud', ofAws],
  ['runtime/adapters/local', 'a cloud', ofAnyCloud],
  ['runtime/edges/aws', 'another cloud', ofAzure],
  ['runtime/edges/azure', 'another cloud', ofAws],
  ['runtime/edges', 'an HTTP framework', httpFramework],
  ['entries', 'the local run', within('local')],
  ['entries/functions', 'an HTTP framework', httpFramework],
  ['entries/functions', 'a cloud', ofAnyCloud],
  ['entries/functions', 'an edge', within('runtime/edges')],
  ['entries/containers', 'a cloud', ofAnyCloud],
  ['entries/aws', 'another cloud', ofAzure],
  ['entries/azure', 'another cloud', ofAws],
  ['entries', 'a stand-in', within('stand-ins')],
  ['entries', 'Pulumi', pulumi],
  ['entries', 'the infrastructure', infrastructure],
  ['local', 'Pulumi', pulumi],
  ['local', 'the infrastructure', infrastructure],
  ['local', 'what moves a shop', within('operations/move')],
  ['operations/move', 'Pulumi', pulumi],
  ['operations/move', 'the infrastructure', infrastructure],
  ['operations/move', 'a stand-in', within('stand-ins')],
  // It knows a stack from outside, by the configuration and the CLIs: so it runs without the infrastructure installed.
  ['operations', 'Pulumi', pulumi],
  ['operations', 'a cloud SDK', ofStacks(cloudSdk)],
  ['operations', 'a provider', within('providers')],
  ['operations', 'the local run', ofStacks(within('local'))],
  [
    'operations',
    'the platform, but for its configuration and its names',
    (target) =>
      within('components')(target) && !/^components\/(config\/[a-z-]+|naming|tags)\.ts$/.test(target),
  ],
  ['catalogue', 'Pulumi', pulumi],
  ['catalogue', 'the local run', within('local')],
  ['components', 'a cloud’s package', cloudPackage],
  ['components', 'a provider', within('providers')],
  ['components', 'a cloud’s adapter, edge or entry', ofAnyCloud],
  ['components', 'the local run', within('local')],
  ['providers', 'the local run', within('local')],
  ['providers', 'a service', (target) => within('services')(target) || within('functions')(target)],
  [
    'providers',
    'the platform: it knows the contract and what it is made of',
    (target) =>
      within('components')(target) &&
      !/^components\/(contract|grants|shop|naming|tags|traits|config\/[a-z-]+)\.ts$/.test(target),
  ],
  ['providers/aws', 'another cloud', (target) => ofAzure(target) || /^@pulumi\/azure/.test(target)],
  ['providers/azure', 'another cloud', (target) => ofAws(target) || /^@pulumi\/aws|^aws-/.test(target)],
];

describe('the dependency rule', () => {
  for (const [folder, what, forbidden] of rules) {
    it(`${folder} does not import ${what}`, () => {
      const wrong = importsIn(folder).filter(({ target, file }) => forbidden(target, file));
      assert.deepEqual(wrong, []);
    });
  }

  for (const functionsFolder of readdirSync(join(root, 'functions'))) {
    it(`functions/${functionsFolder} does not import another function`, () => {
      const wrong = importsIn(`functions/${functionsFolder}`).filter(
        ({ target }) => within('functions')(target) && !within(`functions/${functionsFolder}`)(target),
      );
      assert.deepEqual(wrong, []);
    });
  }

  it('local reaches the stand-ins from one file, and loads them only when they are needed', () => {
    const door = 'local/backends/stand-ins.ts';
    const reaching = importsIn('local').filter(({ target }) => within('stand-ins')(target));
    assert.ok(reaching.length > 0);
    assert.deepEqual(
      reaching.filter(({ file }) => file !== door),
      [],
    );
    assert.doesNotMatch(readFileSync(join(root, door), 'utf8'), /^import |^export .* from /m);
  });

  it('a move goes through the ports, and knows a cloud only where it opens a deployed shop on it', () => {
    const knowing = importsIn('operations/move').filter(({ target }) => ofAnyCloud(target));
    const clouds = { aws: ofAws, azure: ofAzure };
    const files = Object.keys(clouds).map((cloud) => `operations/move/deployed/${cloud}.ts`);
    assert.deepEqual([...new Set(knowing.map(({ file }) => file))].toSorted(), files);
    for (const [cloud, ofIt] of Object.entries(clouds)) {
      const own = knowing.filter(({ file }) => file.endsWith(`/${cloud}.ts`));
      assert.ok(own.every(({ target }) => ofIt(target)));
    }
  });

  it('services do not import each other', () => {
    for (const service of readdirSync(join(root, 'services'))) {
      const wrong = importsIn(`services/${service}`).filter(
        ({ target }) => within('services')(target) && !within(`services/${service}`)(target),
      );
      assert.deepEqual(wrong, []);
    }
  });

  it('only tests import tests, but for the benchmarks', () => {
    for (const folder of [
      'runtime',
      'services',
      'functions',
      'entries',
      'local',
      'operations/move',
      'operations',
      'stand-ins',
    ]) {
      assert.deepEqual(
        importsIn(folder).filter(({ target }) => within('tests')(target)),
        [],
      );
    }
  });

  it('index.ts loads a provider, and imports none', () => {
    const targets = importsOf('index.ts', readFileSync(join(root, 'index.ts'), 'utf8')).map(
      ({ target }) => target,
    );
    assert.deepEqual(
      targets.filter((target) => target !== '@pulumi/pulumi' && !within('components')(target)),
      [],
    );
  });

  it('nothing above providers/ asks which cloud it is on', () => {
    for (const file of sourcesIn('components')) {
      const text = readFileSync(join(root, file), 'utf8');
      assert.doesNotMatch(text, /(===|!==|case)\s*['"](aws|azure)['"]/, file);
    }
  });

  it('providers have the same files', () => {
    const needed = [
      'network',
      'cluster',
      'registry',
      'database',
      'documents',
      'messaging',
      'functions',
      'cache',
    ]
      .concat(['gateway', 'secrets', 'monitoring', 'index'])
      .map((name) => `${name}.ts`);
    for (const provider of readdirSync(join(root, 'providers'))) {
      const there = new Set(readdirSync(join(root, 'providers', provider)));
      assert.deepEqual(
        needed.filter((file) => !there.has(file)),
        [],
        provider,
      );
    }
  });

  for (const command of ['doctor', 'cost', 'orphans'])
    it(`${command} has a file of each cloud`, () => {
      const there = readdirSync(join(root, 'operations', command));
      assert.deepEqual(
        ['aws.ts', 'azure.ts', 'index.ts'].filter((file) => !there.includes(file)),
        [],
      );
    });

  it('of Azure’s SDK only the files are loaded that are used: whole, it takes ten times as long', () => {
    const texts = sourcesIn('providers/azure').map((file) => readFileSync(join(root, file), 'utf8'));
    const loaded = texts.flatMap((text) =>
      [...text.matchAll(/import (?!type )[^;]*from '(@pulumi\/azure-native[^']*)'/g)].map(
        ([, from = '']) => from,
      ),
    );
    assert.ok(loaded.length > 0);
    for (const from of loaded)
      assert.match(from, /^@pulumi\/azure-native\/(provider|[a-z]+\/(?!index)\w+)\.js$/);
  });

  it('a workspace imports what its own package.json names', () => {
    const shop = packagesOf('package.json');
    for (const folder of ['components', 'providers/aws', 'providers/azure']) {
      const named = new Set([...packagesOf(join(folder, 'package.json')), ...shop]);
      const unknown = importsIn(folder).filter(
        ({ target }) => !target.startsWith('node:') && !target.includes('.ts') && !named.has(target),
      );
      assert.deepEqual(unknown, []);
    }
  });

  it('the shop installs without the infrastructure', () => {
    const folders = [
      'runtime',
      'services',
      'functions',
      'entries',
      'local',
      'operations/move',
      'catalogue',
      'bench',
      'stand-ins',
    ];
    const imports = folders.flatMap(importsIn).filter(({ file }) => !file.startsWith('stand-ins/pulumi/'));
    assert.deepEqual(
      imports.filter(({ target }) => pulumi(target) || infrastructure(target)),
      [],
    );
    assert.deepEqual(packagesOf('package.json').filter(pulumi), []);
  });

  it('only packages of package.json are imported', () => {
    const named = packagesOf('package.json');
    // Types alone may be of a package that is nowhere, as `aws-lambda`.
    const known = new Set(named.flatMap((name) => [name, name.replace(/^@types\//, '')]));
    const folders = [
      'runtime',
      'services',
      'functions',
      'entries',
      'local',
      'catalogue',
      'operations',
      'bench',
      'scripts',
      'tests/support',
      'tests/contract',
    ];
    const unknown = folders
      .flatMap(importsIn)
      .filter(({ target }) => !target.startsWith('@pulumi/'))
      .filter(({ target }) => !target.startsWith('node:') && !target.includes('.ts') && !known.has(target));
    assert.deepEqual(unknown, []);
  });
});
