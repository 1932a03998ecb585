/**
 * Named points at which a test may kill the process, to prove that nothing accepted is lost there.
 * `KILL_AT="outbox.after-publish:20"` ends it by SIGKILL on its 20th pass of that point; unset, a point is
 * nothing but a map lookup.
 */
const passesLeft = new Map<string, number>(
  (process.env.KILL_AT ?? '')
    .split(',')
    .filter(Boolean)
    .map((entry) => {
      const [name = '', count = '1'] = entry.split(':');
      return [name, Number(count)];
    }),
);

export type FaultPoint =
  | 'http.before-commit'
  | 'http.after-commit'
  | 'consumer.before-commit'
  | 'consumer.after-commit'
  | 'outbox.before-publish'
  | 'outbox.after-publish'
  | 'payment.after-provider'
  | 'notification.after-send'
  | 'move.after-write';

export function faultPoint(name: FaultPoint): void {
  const left = passesLeft.get(name);
  if (left === undefined) return;
  if (left <= 1) process.kill(process.pid, 'SIGKILL');
  passesLeft.set(name, left - 1);
}
