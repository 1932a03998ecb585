import type { Keeper } from './keeper.ts';

/** A keeper with its stage: those of a lower stage are gone before those of a higher one are told. */
export interface Stage {
  readonly keeper: Keeper;
  readonly stopStage: number;
}

/** From the wish to stop until the last stage, in milliseconds; what is left then is ended at once. */
const deadlineMs = 9_000;
/** The most that one stage but the last may take. */
const stageMs = 2_500;

/** The front door first, the database last, and all of it within ten seconds. */
export async function stopInOrder(staged: readonly Stage[]): Promise<void> {
  const deadline = Date.now() + deadlineMs;
  const stages = [...new Set(staged.map(({ stopStage }) => stopStage))].sort((a, b) => a - b);
  for (const stage of stages) {
    const left = Math.max(deadline - Date.now(), 500);
    const graceMs = stage === stages.at(-1) ? left : Math.min(stageMs, left);
    const members = staged.filter(({ stopStage }) => stopStage === stage);
    await Promise.all(members.map(({ keeper }) => keeper.stop(graceMs)));
  }
}
