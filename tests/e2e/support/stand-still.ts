import { execFileSync } from 'node:child_process';

/** Stops a process and its children where they are: a server and its sessions. @returns what lets them go on */
export function standStill(server: number): () => void {
  // It first, so that it makes no new session meanwhile.
  process.kill(server, 'SIGSTOP');
  const sessions = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === server)
    .map(([pid]) => pid as number);
  for (const pid of sessions) process.kill(pid, 'SIGSTOP');
  return () => {
    // It last: a session that had just ended is there until the server takes note of it.
    for (const pid of [...sessions, server]) process.kill(pid, 'SIGCONT');
  };
}
