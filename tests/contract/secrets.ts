/** The contract of the secrets port. A backend is the port, and hands that reach into its store and its clock. */
import assert from 'node:assert/strict';
import { ulid } from 'ulid';
import { UnavailableError } from '../../runtime/errors.ts';
import type { Secrets } from '../../runtime/ports/secrets.ts';
import type { ContractCase } from './case.ts';

export interface SecretsBackend {
  readonly secrets: Secrets;
  put(name: string, value: string): Promise<void>;
  /** How often the store was asked for a secret's value, where it counts. */
  reads?(): number;
  /** Lets time go by, for the port only. */
  pass(ms: number): void;
  /** From now on the store answers to nobody, or again. */
  away(is: boolean): Promise<void>;
}

const minute = 60_000;
const newName = () => `contract-${ulid().toLowerCase()}`;

export const secretsCases: readonly ContractCase<SecretsBackend>[] = [
  {
    title: 'gives a secret as it was stored',
    run: async ({ secrets, put }) => {
      const values = [
        'plain',
        '{"keys": [1]}',
        '-----BEGIN KEY-----\nline\n-----END KEY-----\n',
        'geheim: ✓ 密',
      ];
      for (const value of values) {
        const name = newName();
        await put(name, value);
        assert.equal(await secrets.get(name), value);
      }
    },
  },
  {
    title: 'says which secret is not there, and that it is no outage',
    run: async ({ secrets }) => {
      const name = newName();
      const error = await secrets.get(name).catch((thrown) => thrown);
      assert.ok(error instanceof Error && !(error instanceof UnavailableError), String(error));
      assert.ok(error.message.includes(name), error.message);
    },
  },
  {
    title: 'takes no name for a path',
    run: async ({ secrets, put }) => {
      await put('contract-outer', 'secret');
      for (const name of ['../contract-outer', 'x/../contract-outer', './contract-outer', ''])
        await assert.rejects(secrets.get(name));
    },
  },
  {
    title: 'asks its store once for all who ask at the same time, and not again for minutes',
    run: async ({ secrets, put, reads, pass }) => {
      const name = newName();
      await put(name, 'value');
      const before = reads?.() ?? 0;
      await Promise.all(Array.from({ length: 20 }, () => secrets.get(name)));
      if (reads) assert.equal(reads() - before, 1);
      await put(name, 'later');
      pass(minute);
      assert.equal(await secrets.get(name), 'value');
    },
  },
  {
    title: 'sees a rotated secret after some minutes',
    run: async ({ secrets, put, pass }) => {
      const name = newName();
      await put(name, 'old');
      assert.equal(await secrets.get(name), 'old');
      await put(name, 'new');
      pass(6 * minute);
      assert.equal(await secrets.get(name), 'new');
    },
  },
  {
    title: 'goes on with what it knows while its store is away, but not for ever',
    run: async ({ secrets, put, pass, away }) => {
      const name = newName();
      await put(name, 'known');
      await secrets.get(name);
      await away(true);
      pass(10 * minute);
      assert.equal(await secrets.get(name), 'known');
      pass(120 * minute);
      await assert.rejects(secrets.get(name), UnavailableError);
      await away(false);
      assert.equal(await secrets.get(name), 'known');
    },
  },
  {
    title: 'is unavailable while its store is away and nothing is known',
    run: async ({ secrets, put, away }) => {
      const name = newName();
      await put(name, 'hidden');
      await away(true);
      await assert.rejects(secrets.get(name), UnavailableError);
      await away(false);
      assert.equal(await secrets.get(name), 'hidden');
    },
  },
];

/** Ports that break one promise each, as a careless one would, and the case that must notice. */
export const secretsFaults: Record<string, { spoil: (real: Secrets) => Secrets; noticedBy: string }> = {
  'trims what it reads': {
    spoil: (real) => ({ get: async (name) => (await real.get(name)).trim() }),
    noticedBy: 'as it was stored',
  },
  'gives nothing for what is not there': {
    spoil: (real) => ({ get: (name) => real.get(name).catch(() => '') }),
    noticedBy: 'not there',
  },
  'keeps a secret for ever': {
    spoil: (real) => {
      const known = new Map<string, Promise<string>>();
      return {
        get: (name) => {
          const value = known.get(name) ?? real.get(name);
          known.set(name, value);
          return value;
        },
      };
    },
    noticedBy: 'rotated',
  },
};
