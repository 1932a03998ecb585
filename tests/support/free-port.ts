import { freePort as freePortFrom } from '../../local/supervisor/ports.ts';

/**
 * A port that nobody listens on, for what cannot be told to choose one itself. Not of those that a shop chooses from: its
 * processes listen on theirs seconds later, and shops start beside every suite.
 */
export const freePort = (): Promise<number> => freePortFrom(10_000);
