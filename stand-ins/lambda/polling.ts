/** Something that polls until it is stopped. */
export interface Polling {
  /** Begins nothing new, and lets what is under way end. */
  stop(): Promise<void>;
}

/** Repeats `turn` until it is stopped; it is told by the signal. A turn that fails is followed by a pause. */
export function poll(turn: (signal: AbortSignal) => Promise<void>, pauseMs = 200): Polling {
  const stopping = new AbortController();
  const { signal } = stopping;
  const run = async () => {
    while (!signal.aborted) {
      try {
        await turn(signal);
      } catch {
        // What it polls is away, or it was stopped.
        if (!signal.aborted) await pause(pauseMs, signal);
      }
    }
  };
  const running = run();
  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

/** Resolves after `ms` milliseconds, or as soon as the signal says to stop. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}

export const stopAll = async (pollings: readonly Polling[]): Promise<void> => {
  await Promise.all(pollings.map((polling) => polling.stop()));
};
