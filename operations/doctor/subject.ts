import type { PlatformConfig } from '../../components/config/load.ts';
import type { Ask } from '../cloud-cli.ts';
import type { Run } from '../run.ts';
import type { Check } from './check.ts';

/** What is to be stood up. */
export interface Subject {
  readonly stack: string;
  readonly config: PlatformConfig;
  /** The value of the tag `cost` on all that is the stack's. */
  readonly cost: string;
  /** With which its names begin. */
  readonly prefix: string;
  /** An ISO date. */
  readonly today: string;
}

/** What one cloud adds. */
export interface CloudChecks {
  /** Programs beside the cloud's own CLI. */
  tools(run: Run, subject: Subject): readonly Check[];
  /** Without it nothing else can be asked. */
  credentials(ask: Ask): Check;
  account(ask: Ask, subject: Subject): readonly Check[];
}
