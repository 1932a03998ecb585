import type { Ports } from '../supervisor/layout.ts';
import type { ProcessSpec } from '../supervisor/processes.ts';
import type { BackendName } from './names.ts';

/** What the supervisor runs for a backend, as data. */
export interface BackendPlan {
  readonly name: BackendName;
  readonly processes: readonly ProcessSpec[];
  /** The environment of whatever works with the cloud: addresses of stand-ins, names of resources. */
  settings(ports: Ports): Readonly<Record<string, string>>;
}

const plans: Record<BackendName, () => Promise<{ readonly plan: BackendPlan }>> = {
  local: () => import('./local/plan.ts'),
  aws: () => import('./aws/plan.ts'),
  azure: () => import('./azure/plan.ts'),
};

export const loadPlan = async (name: BackendName): Promise<BackendPlan> => (await plans[name]()).plan;
