/**
 * The shop on both clouds at once, from one program and with one state: each stack has names of its own, and the end of
 * one leaves the other as it is. It does not prove what two stacks on one cloud do.
 * For LONG=1.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { subjectOf as awsSubject } from './aws-subject.ts';
import { subjectOf as azureSubject } from './azure-subject.ts';
import { cases, type Life } from './cases.ts';
import { begin, describeEngine } from './support/life.ts';
import { copyProgram, projectFolder } from './support/program.ts';

if (process.env.LONG)
  await describeEngine('the stacks aws and azure at once', (cli) => {
    const lives: (Life & { end(): void })[] = [];
    const backend = mkdtempSync(join(tmpdir(), 'engine-state-'));
    const [first, second] = [() => lives[0] as Life, () => lives[1] as Life];

    before(async () => {
      const { folder } = copyProgram(projectFolder);
      for (const subjectOf of [awsSubject, azureSubject])
        lives.push(await begin(cli, subjectOf(folder, 'learn', { backend })));
    });
    after(() => {
      for (const { end } of lives) end();
      rmSync(backend, { recursive: true, force: true });
    });

    it('come up, one beside the other', async () => {
      await cases.up.run(first());
      await cases.up.run(second());
    });

    it('share no name where they could meet: on the machine that builds their images', () => {
      const local = ({ cloud }: Life) =>
        cloud
          .objects()
          .filter(({ type }) => type.startsWith('docker:'))
          .map(({ id }) => id);
      const shared = local(first()).filter((id) => local(second()).includes(id));
      assert.deepEqual(shared, []);
    });

    it('both are in the one state', async () => {
      const listed = JSON.parse(await first().stack.command('stack', 'ls', '--json')) as { name: string }[];
      assert.deepEqual(listed.map(({ name }) => name).sort(), ['aws', 'azure']);
    });

    it('the end of one leaves the other as it is', async () => {
      await cases.destroy.run(first());
      await cases.again.run(second());
      await cases.destroy.run(second());
    });
  });
