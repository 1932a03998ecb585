import { fileURLToPath } from 'node:url';
import type { ProcessSpec } from '../supervisor/processes.ts';

/** The functions, where each is a process of its own. */
export const functionNames = ['order', 'inventory', 'payment', 'notification'] as const;

export const script = (name: string) => fileURLToPath(new URL(`../processes/${name}.ts`, import.meta.url));

/** What a cloud offers is there before anybody publishes: an event on a topic without subscriptions is lost. */
export const waitsFor = ['stand-ins'];

/** Where the user service has the keys from that sign tokens. */
export type KeysFrom = Pick<ProcessSpec, 'needs' | 'env'>;

const container = (name: 'user' | 'product', more: KeysFrom = { needs: [] }): ProcessSpec => ({
  name,
  file: script('container'),
  needs: [name, 'cloud', ...more.needs],
  listensOn: name,
  stopStage: 2,
  waitsFor,
  // Who calls it is told to stop before it.
  env: { CONTAINER: name, STOP_GRACE_MS: '0', ...more.env },
});

/** What a shop on any cloud's stand-ins has beside them, its functions and its gateway. */
export const otherProcesses = (keys: KeysFrom): readonly ProcessSpec[] => [
  container('user', keys),
  container('product'),
  {
    name: 'console',
    file: script('console'),
    needs: ['shop', 'cloud'],
    listensOn: 'console',
    stopStage: 4,
    waitsFor,
  },
];
