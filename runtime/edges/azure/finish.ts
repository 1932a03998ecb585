/** Wraps a function's handler so that telemetry is out before it returns: after it the process may be frozen. */
export type Finish = <Arguments extends unknown[], Result>(
  handler: (...values: Arguments) => Promise<Result>,
) => (...values: Arguments) => Promise<Result>;

export function createFinish(flush: () => Promise<void>): Finish {
  return (handler) =>
    async (...values) => {
      try {
        return await handler(...values);
      } finally {
        await flush();
      }
    };
}
