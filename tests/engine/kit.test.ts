/**
 * The cases of the engine suite, proven on a small program of our own: they pass on it as it is, and each mistake
 * that is planted in it turns the right one red. It proves nothing of the shop's own stacks.
 * The mistakes are for LONG=1.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { packagesOfAws } from '../../stand-ins/pulumi/simulator/packages/index.ts';
import { at, isObject } from '../../stand-ins/pulumi/simulator/values.ts';
import { type Case, cases } from './cases.ts';
import { describeEngine, describeLife, firstFailure } from './support/life.ts';
import { copyProgram, projectFolder } from './support/program.ts';
import type { Subject } from './support/subject.ts';

const fixture = copyProgram(join(projectFolder, 'tests/engine/fixture'));
const tags = ['project', 'stack', 'component', 'cost'];
const [queue, lambda] = ['aws:sqs/queue:Queue', 'aws:lambda/function:Function'];

const subject: Subject = {
  program: fixture.folder,
  stack: 'dev',
  packages: packagesOfAws,
  fault: { operation: 'create', type: lambda, message: 'ServiceException: try again later' },
  edits: [
    {
      title: 'a function’s code changes',
      file: 'code/main.mjs',
      change: (text) => text.replace('as it was', 'as it is now'),
      touches: [`update ${lambda} mail`],
    },
    {
      title: 'a container’s code changes',
      file: 'image/main.mjs',
      change: (text) => text.replace('as it was', 'as it is now'),
      touches: [
        'update docker-build:index:Image cluster-image',
        'update kubernetes:apps/v1:Deployment cluster-web',
      ],
    },
  ],
  settings: [{ title: 'visibility', config: { visibility: '90' }, touches: [`update ${queue} mail`] }],
  drift: {
    changed: { type: queue, name: 'mail', to: { visibilityTimeoutSeconds: 3600 } },
    deleted: { type: 'aws:lambda/eventSourceMapping:EventSourceMapping', name: 'mail-source' },
  },
  missingTags: ({ type, inputs, outputs }) => {
    const held = type.startsWith('kubernetes:') ? at(inputs, 'metadata.labels') : outputs.tagsAll;
    return isObject(held) ? tags.filter((tag) => held[tag] === undefined) : [];
  },
  secretHolders: ['aws:secretsmanager/secretVersion:SecretVersion'],
  snapshot: join(projectFolder, 'tests/engine/fixture/resources.txt'),
};

const { preview, up, again, elsewhere, order, secrecy, drift, refusedDestroy, destroy, edits } = cases;

/** A mistake in the program, and the last of these cases must see it. */
const mistakes: Readonly<Record<string, readonly Case[]>> = {
  'unknown-nested': [preview],
  unstable: [up, again],
  orphan: [up, order],
  untagged: [up, order],
  'leaked-secret': [up, secrecy],
  entangled: [up, ...edits(subject)],
  'drift-ignored': [up, drift],
  retained: [up, destroy],
  'at-home': [up, elsewhere],
};

await describeEngine('the engine’s test kit', (cli) => {
  describeLife(
    process.env.LONG
      ? 'on a small program'
      : 'on a small program (npm run test:all plants mistakes in it, too)',
    cli,
    subject,
  );

  const isProtected = {
    ...subject,
    config: { protect: 'true' },
    protected: [`${queue} mail`],
    unprotect: { protect: 'false' },
  };
  describeLife('on a small program with something protected', cli, isProtected, [
    up,
    refusedDestroy,
    destroy,
  ]);

  if (process.env.LONG)
    describe('turns red on', () => {
      for (const [spoil, looked] of Object.entries(mistakes))
        it(spoil, async () => {
          const failed = await firstFailure(cli, { ...subject, config: { spoil } }, looked);
          assert.equal(failed, looked.at(-1)?.title);
        });
    });
});
