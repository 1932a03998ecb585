import { z } from 'zod';
import { currency, minorUnits, productId } from '../schemas.ts';

/** What the order and inventory functions need to know of a product. */
const product = z.strictObject({ productId, sku: z.string(), name: z.string(), price: minorUnits, currency });

export const productEvents = {
  'product.created': product,
  'product.updated': product,
  'product.deleted': z.strictObject({ productId }),
};
