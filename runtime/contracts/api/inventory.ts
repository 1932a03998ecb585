import { z } from 'zod';
import type { RouteSpec } from '../../http/route.ts';
import { productId } from '../schemas.ts';

const pieces = z.int().min(0).max(1_000_000_000);
const params = z.strictObject({ productId });
const stock = z.strictObject({ productId, available: pieces });

export const getStock = {
  operationId: 'getStock',
  method: 'GET',
  path: '/api/inventory/{productId}',
  service: 'inventory',
  access: 'public',
  summary: 'How many pieces can be ordered now',
  params,
  responses: { 200: stock },
} as const satisfies RouteSpec;

export const putStock = {
  operationId: 'putStock',
  method: 'PUT',
  path: '/api/inventory/{productId}',
  service: 'inventory',
  access: 'admin',
  summary: 'Restock to a number, or adjust by one',
  params,
  body: z
    .strictObject({
      available: pieces.optional().meta({ description: 'Make exactly this many available' }),
      adjustBy: z.int().min(-1_000_000_000).max(1_000_000_000).optional(),
    })
    .refine((body) => (body.available === undefined) !== (body.adjustBy === undefined), {
      path: ['available'],
      message: 'give exactly one of available and adjustBy',
    }),
  responses: {
    200: stock.extend({ reserved: pieces, sold: pieces, stocked: pieces }),
  },
} as const satisfies RouteSpec;

export const inventoryRoutes = [getStock, putStock] as const;
