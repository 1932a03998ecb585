import { createHash } from 'node:crypto';

/** Where the shop's own id of a mail stands on providers that make the Message-ID themselves. */
export const messageIdHeader = 'X-Shop-Message-ID';

/** Text for a header: on one line, whatever the provider would make of a second. */
export const headerText = (text: string) => text.replace(/\p{Cc}+/gu, ' ');

/** A UUID that is always the same for the same id (RFC 9562, version 8, of its SHA-256). */
export function stableUuid(id: string): string {
  const bytes = createHash('sha256').update(id).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
