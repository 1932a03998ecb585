import { z } from 'zod';

/** Schemas that both the HTTP API and the events speak in. */

/** Minor units: cents, pence, yen. Far below 2^53, so that sums stay exact. */
export const minorUnits = z
  .int()
  .min(0)
  .max(1_000_000_000_000)
  .meta({ description: 'Integer of minor units' });

export const currency = z
  .string()
  .regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code in upper case, such as EUR')
  .meta({ description: 'ISO 4217 code', examples: ['EUR'] });

export const orderId = z
  .string()
  .regex(/^ORD-[0-9A-HJKMNP-TV-Z]{26}$/, 'must be ORD- and a ULID')
  .meta({ description: 'ORD- and a ULID', examples: ['ORD-01K9GZ6Q7W3V8B5N2M4X6Y8T0R'] });

export const productId = z
  .string()
  .regex(/^PRD-[0-9A-HJKMNP-TV-Z]{26}$/, 'must be PRD- and a ULID')
  .meta({ description: 'PRD- and a ULID', examples: ['PRD-01K9GZ6Q7W3V8B5N2M4X6Y8T0R'] });

export const userId = z
  .string()
  .regex(/^USR-[0-9A-HJKMNP-TV-Z]{26}$/, 'must be USR- and a ULID')
  .meta({ description: 'USR- and a ULID', examples: ['USR-01K9GZ6Q7W3V8B5N2M4X6Y8T0R'] });

export const quantity = z.int().min(1).max(1_000).meta({ description: 'Whole pieces, 1 to 1000' });

/** RFC 3339 in UTC with milliseconds, as `Date.toISOString` writes it. */
export const timestamp = z.iso.datetime();

export const email = z.email().max(254);

export const phone = z
  .string()
  .regex(/^\+[1-9]\d{6,14}$/, 'must be E.164: + and 7 to 15 digits')
  .meta({ description: 'E.164', examples: ['+441632960123'] });

export const pageLimit = z.coerce.number().pipe(z.int().min(1).max(100)).default(20);
export const pageCursor = z.string().min(1).max(1_000);
