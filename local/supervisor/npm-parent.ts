/** How soon an end of npm is noticed, in milliseconds. */
const everyMs = 500;

/**
 * Calls back once when the npm that started this process is gone. npm ends its shell at a SIGTERM, and the shell
 * does not pass it on; without this, `kill` of `npm start` would leave the shop running with nobody to stop it.
 * Started without npm, a process may well outlive its parent.
 */
export function onNpmGone(callback: () => void, env: NodeJS.ProcessEnv = process.env): void {
  if (env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    callback();
  }, everyMs);
  timer.unref();
}
