import { Client } from 'undici';

/** One connection, one request at a time. */
export interface Caller {
  /** Milliseconds from the request to the last byte of the answer. @throws Error when it is no success */
  call(path: string, options?: CallOptions): Promise<{ milliseconds: number; body: string }>;
  close(): Promise<void>;
}

export interface CallOptions {
  readonly method?: 'GET' | 'POST';
  readonly token?: string;
  readonly body?: object;
}

export function openCaller(url: string): Caller {
  const client = new Client(url, { pipelining: 1 });
  return {
    call: async (path, { method = 'GET', token, body } = {}) => {
      const payload = body && JSON.stringify(body);
      const began = performance.now();
      const answer = await client.request({
        path,
        method,
        headers: {
          ...(payload && { 'content-type': 'application/json' }),
          ...(token && { authorization: `Bearer ${token}` }),
        },
        body: payload,
      });
      const text = await answer.body.text();
      const milliseconds = performance.now() - began;
      if (answer.statusCode >= 300)
        throw new Error(`${method} ${path} answered ${answer.statusCode} ${text}`);
      return { milliseconds, body: text };
    },
    close: () => client.close(),
  };
}
