import type { Consumer } from '../../ports/event-bus.ts';

/** A consumer's subscription to the topic, as data for whoever makes it. Times are ISO 8601 durations. */
export function subscriptionShape({ name, types }: Pick<Consumer, 'name' | 'types'>) {
  return {
    name,
    /** Longer than a function may run; a process that dies gives its messages back after it. */
    lockDuration: 'PT1M',
    /** Only deliveries that ended without a word are counted here: what fails is put off by a copy. */
    maxDeliveryCount: 10,
    /** How a message is given up: see messages.ts. */
    deadLetteringOnMessageExpiration: true,
    defaultMessageTimeToLive: 'P14D',
    /** Must replace the rule `$Default`, which lets everything through. */
    filter: filterOf(name, types),
  } as const;
}

/** SQL over a message's properties: events of these types, and copies meant for this consumer. */
function filterOf(name: string, types: readonly string[]): string {
  const list = types.map(quoted).join(', ');
  return `type IN (${list}) OR consumer = ${quoted(name)}`;
}

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
