import { readdirSync, readFileSync } from 'node:fs';

const ticksPerSecond = 100;

interface ProcessTimes {
  readonly parent: number;
  /** Milliseconds of its own and of children it has waited for. */
  readonly used: number;
}

/** User and system time that processes and all their descendants have used so far, in milliseconds. Linux only. */
export function processorTime(roots: Readonly<Record<string, number>>): Record<string, number> {
  const all = new Map<number, ProcessTimes>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const times = readTimes(Number(entry));
    if (times) all.set(Number(entry), times);
  }
  const used = (pid: number): number => {
    let sum = all.get(pid)?.used ?? 0;
    for (const [child, { parent }] of all) if (parent === pid) sum += used(child);
    return sum;
  };
  return Object.fromEntries(Object.entries(roots).map(([name, pid]) => [name, used(pid)]));
}

function readTimes(pid: number): ProcessTimes | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name stands in parentheses and may hold anything; fields are counted after it.
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [parent = 0, user = 0, system = 0, childUser = 0, childSystem = 0] = [1, 11, 12, 13, 14].map(
      (at) => fields[at],
    );
    return { parent, used: ((user + system + childUser + childSystem) * 1000) / ticksPerSecond };
  } catch {
    return undefined;
  }
}
