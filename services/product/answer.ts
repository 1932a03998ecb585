import { hash } from 'node:crypto';
import type { Reply } from '../../runtime/http/route.ts';

/** An answer as it goes out and as it is cached: a hit costs no more than handing over these bytes. */
export interface Answer {
  readonly etag: string;
  readonly body: Buffer;
}

export function makeAnswer(value: object): Answer {
  const body = Buffer.from(JSON.stringify(value));
  return { etag: `"${hash('sha1', body, 'base64url')}"`, body };
}

/** To be kept by whoever likes, and asked about before each use: a changed price shows at once. */
const cacheControl = 'public, max-age=0, must-revalidate';

/** 200 with the bytes, or 304 to who has them already. */
export function conditionalReply(answer: Answer, ifNoneMatch: string | undefined): Reply {
  if (ifNoneMatch !== undefined && matches(ifNoneMatch, answer.etag)) {
    return { status: 304, headers: { etag: answer.etag, 'cache-control': cacheControl } };
  }
  return {
    status: 200,
    headers: { 'content-type': 'application/json', etag: answer.etag, 'cache-control': cacheControl },
    body: answer.body,
  };
}

/**
 * Whether an If-None-Match or If-Match names this ETag. `W/` is looked past: a proxy that compresses puts it
 * there, and the product behind it is the same.
 */
export function matches(header: string, etag: string): boolean {
  return header.split(',').some((part) => {
    const given = part.trim().replace(/^W\//, '');
    return given === etag || given === '*';
  });
}
