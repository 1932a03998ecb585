import { shopProcesses } from '../../supervisor/processes.ts';
import type { BackendPlan } from '../plan.ts';

/** Everything in PostgreSQL, the functions in one process. */
export const plan: BackendPlan = {
  name: 'local',
  processes: shopProcesses,
  settings: () => ({}),
};
