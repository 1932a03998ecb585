import { createHash, timingSafeEqual } from 'node:crypto';

/** The header by which the gateway shows a function that it is the gateway. */
export const gatewayKeyHeader = 'x-gateway-key';

/** Whether a request has the key that only the gateway knows; the comparison takes the same time for every wrong one. */
export function hasGatewayKey(given: string | null, key: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return given !== null && timingSafeEqual(digest(given), digest(key));
}
