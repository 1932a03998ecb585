import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Lambda's Runtime API, by which a runtime gets its events: one function, one invocation at a time. */
export interface RuntimeApi {
  /** For AWS_LAMBDA_RUNTIME_API. */
  readonly address: string;
  /** @throws InvocationError when the function failed */
  invoke(event: unknown): Promise<unknown>;
  stop(): void;
}

/** What a function that failed answers with. */
export class InvocationError extends Error {
  readonly errorType: string;

  constructor(errorType: string, errorMessage: string) {
    super(errorMessage);
    this.errorType = errorType;
  }
}

interface Invocation {
  readonly id: string;
  readonly event: unknown;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** @param timeoutMs how long the function is told to have */
export async function startRuntimeApi(timeoutMs = 30_000): Promise<RuntimeApi> {
  const waiting: Invocation[] = [];
  const underWay = new Map<string, Invocation>();
  let next: ServerResponse | undefined;

  const hand = () => {
    const invocation = next && waiting.shift();
    if (!next || !invocation) return;
    underWay.set(invocation.id, invocation);
    next.writeHead(200, {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': invocation.id,
      'lambda-runtime-deadline-ms': String(Date.now() + timeoutMs),
      'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:us-east-1:000000000000:function:any',
    });
    next.end(JSON.stringify(invocation.event));
    next = undefined;
  };
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const [, id = '', what] = /\/invocation\/([^/]+)\/(response|error)$/.exec(request.url ?? '') ?? [];
    const body = JSON.parse((await read(request)) || 'null');
    response.writeHead(202).end();
    const invocation = underWay.get(id);
    underWay.delete(id);
    if (what === 'response') invocation?.resolve(body);
    else invocation?.reject(new InvocationError(body.errorType, body.errorMessage));
  };
  const server = createServer((request, response) => {
    if (!request.url?.endsWith('/invocation/next')) return void answer(request, response);
    next = response;
    hand();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    invoke: (event) =>
      new Promise((resolve, reject) => {
        waiting.push({ id: randomUUID(), event, resolve, reject });
        hand();
      }),
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function read(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}
