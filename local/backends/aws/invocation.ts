import { Agent, request } from 'undici';

/** How long the invocation may take, in milliseconds. */
export const deadlineHeader = 'x-deadline-ms';

/** Of a queue's batch: it must be over before its messages are visible again. Of anything else. */
const timeouts = { queue: 5_000, other: 29_000 };

/**
 * Invokes the function that a process answers for. Unlike Lambda, which has an environment for each invocation under
 * way, the process takes all of them at the same time.
 * @throws Error when it fails, or ends meanwhile
 */
export function createInvoke(url: string): (event: unknown) => Promise<unknown> {
  const dispatcher = new Agent({ connections: 128, keepAliveTimeout: 4_000 });
  return async (event) => {
    const timeout = isQueueBatch(event) ? timeouts.queue : timeouts.other;
    const { statusCode, body } = await request(url, {
      method: 'POST',
      dispatcher,
      headers: { [deadlineHeader]: String(timeout) },
      body: JSON.stringify(event),
      headersTimeout: timeout + 1_000,
      bodyTimeout: timeout,
    });
    const answer = await body.json();
    if (statusCode !== 200) throw new Error((answer as { errorMessage: string }).errorMessage);
    return answer;
  };
}

function isQueueBatch(event: unknown): boolean {
  const [first] = (event as { Records?: { eventSource?: string }[] }).Records ?? [];
  return first?.eventSource === 'aws:sqs';
}
