import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text as it is, anything else as JSON. */
  readonly body?: unknown;
}

export interface JsonServer {
  readonly url: string;
  readonly asked: readonly Asked[];
  /** 'down': every request meets 503; 'silent': it gets no answer; 'lost': its effect, and then a broken connection. */
  mood: 'well' | 'down' | 'silent' | 'lost';
  stop(): Promise<void>;
}

/** An HTTP server of a test's own on 127.0.0.1 that remembers what it was asked. An `answer` that throws is a 400. */
export async function startJsonServer(answer: (asked: Asked) => Answer): Promise<JsonServer> {
  const asked: Asked[] = [];
  const http = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const one = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    };
    asked.push(one);
    if (server.mood === 'silent') return;
    let given: Answer;
    try {
      given = server.mood === 'down' ? { status: 503 } : answer(one);
    } catch (error) {
      given = { status: 400, body: { message: String(error) } };
    }
    if (server.mood === 'lost') return void request.socket.destroy();
    const text = typeof given.body === 'string';
    response.writeHead(given.status, { 'content-type': 'application/json', ...given.headers });
    response.end(text ? given.body : JSON.stringify(given.body ?? {}));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const server: JsonServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    asked,
    mood: 'well',
    stop: async () => {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  return server;
}
