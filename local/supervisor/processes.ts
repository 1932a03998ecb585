import { fileURLToPath } from 'node:url';
import type { Need } from './environment.ts';
import type { Place } from './layout.ts';

/** A process of the shop as data. */
export interface ProcessSpec {
  readonly name: string;
  /** The script to fork. */
  readonly file: string;
  readonly needs: readonly Need[];
  readonly listensOn: Place;
  /** At a stop, processes of a lower stage are gone before those of a higher one are told. The database is 9. */
  readonly stopStage: number;
  /** Processes before it in the list that must be ready once before it is started. */
  readonly waitsFor?: readonly string[];
  /** Beside what all processes get. */
  readonly env?: Readonly<Record<string, string>>;
}

const script = (name: string) => fileURLToPath(new URL(`../processes/${name}.ts`, import.meta.url));

/**
 * The shop. Each process gets the databases it works with and no other; the one where the bus is goes to
 * whoever publishes events or shows them.
 */
export const shopProcesses: readonly ProcessSpec[] = [
  {
    name: 'user',
    file: script('user'),
    needs: ['user', 'shop', 'tokenKeys'],
    listensOn: 'user',
    stopStage: 2,
  },
  {
    name: 'product',
    file: script('product'),
    needs: ['product', 'shop'],
    listensOn: 'product',
    stopStage: 2,
  },
  { name: 'functions', file: script('functions'), needs: ['shop'], listensOn: 'functions', stopStage: 2 },
  { name: 'gateway', file: script('gateway'), needs: [], listensOn: 'gateway', stopStage: 1 },
  { name: 'console', file: script('console'), needs: ['shop'], listensOn: 'console', stopStage: 3 },
];
