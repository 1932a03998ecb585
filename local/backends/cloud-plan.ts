import { fileURLToPath } from 'node:url';
import type { ProcessSpec } from '../supervisor/processes.ts';

/** The functions, where each is a process of its own. */
export const functionNames = ['order', 'inventory', 'payment', 'notification'] as const;

export const script = (name: string) => fileURLToPath(new URL(`../processes/${name}.ts`, import.meta.url));

/** What a cloud offers is there before anybody publishes: an event on a topic without subscriptions is lost. */
export const waitsFor = ['stand-ins'];

/** What a shop on any cloud's stand-ins has beside them, its functions and its gateway. */
export const otherProcesses: readonly ProcessSpec[] = [
  {
    name: 'user',
    file: script('user'),
    needs: ['user', 'tokenKeys', 'cloud'],
    listensOn: 'user',
    stopStage: 2,
    waitsFor,
  },
  {
    name: 'product',
    file: script('product'),
    needs: ['product', 'cloud'],
    listensOn: 'product',
    stopStage: 2,
    waitsFor,
  },
  {
    name: 'console',
    file: script('console'),
    needs: ['shop', 'cloud'],
    listensOn: 'console',
    stopStage: 4,
    waitsFor,
  },
];
