import { z } from 'zod';
import type { RouteSpec } from '../../http/route.ts';
import { currency, minorUnits, pageCursor, pageLimit, productId, timestamp } from '../schemas.ts';

const fields = {
  sku: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$/, 'must be 1 to 64 letters, digits or . _ / -'),
  name: z.string().trim().min(1).max(200),
  description: z.string().max(10_000),
  category: z.string().trim().min(1).max(100),
  price: minorUnits,
  currency,
  /** Variants of one imported product share it. */
  group: z.string().max(255).optional(),
  tags: z.array(z.string().min(1).max(100)).max(50),
  image: z.url().max(2_000).optional(),
};

export const productInput = z.strictObject({
  ...fields,
  description: fields.description.default(''),
  tags: fields.tags.default([]),
});

export const product = z.strictObject({
  id: productId,
  ...fields,
  version: z.int(),
  created_at: timestamp,
  updated_at: timestamp,
});
export type Product = z.infer<typeof product>;

const params = z.strictObject({ id: productId });
const price = z.coerce.number().pipe(minorUnits);

export const listProducts = {
  operationId: 'listProducts',
  method: 'GET',
  path: '/api/products',
  service: 'product',
  access: 'public',
  summary: 'Search and browse the catalogue',
  description:
    'A search (`q`) ranks or sorts its newest matches, 60 as shipped; `capped` says when there are more. ' +
    'Without words the newest come first, and every order is exact. A page may hold fewer products than ' +
    '`limit`: the list ends where `nextCursor` is null.',
  query: z.strictObject({
    q: z.string().trim().min(1).max(200).optional(),
    category: z.string().min(1).max(100).optional(),
    sku: z.string().min(1).max(64).optional(),
    minPrice: price.optional(),
    maxPrice: price.optional(),
    sort: z.enum(['relevance', 'newest', 'price', '-price', 'name']).optional(),
    limit: pageLimit,
    cursor: pageCursor.optional(),
  }),
  responses: {
    200: z.strictObject({
      items: z.array(product),
      nextCursor: z.string().nullable(),
      capped: z.boolean().optional(),
    }),
  },
} as const satisfies RouteSpec;

export const getProduct = {
  operationId: 'getProduct',
  method: 'GET',
  path: '/api/products/{id}',
  service: 'product',
  access: 'public',
  summary: 'One product; answers If-None-Match with 304',
  params,
  responses: { 200: product },
} as const satisfies RouteSpec;

export const createProduct = {
  operationId: 'createProduct',
  method: 'POST',
  path: '/api/products',
  service: 'product',
  access: 'admin',
  summary: 'Add a product',
  body: productInput,
  responses: { 201: product },
} as const satisfies RouteSpec;

export const replaceProduct = {
  operationId: 'replaceProduct',
  method: 'PUT',
  path: '/api/products/{id}',
  service: 'product',
  access: 'admin',
  summary: 'Change a product; If-Match guards against a lost update',
  params,
  body: productInput,
  responses: { 200: product },
} as const satisfies RouteSpec;

export const deleteProduct = {
  operationId: 'deleteProduct',
  method: 'DELETE',
  path: '/api/products/{id}',
  service: 'product',
  access: 'admin',
  summary: 'Take a product off the catalogue',
  params,
  responses: { 204: null },
} as const satisfies RouteSpec;

export const productRoutes = [
  listProducts,
  getProduct,
  createProduct,
  replaceProduct,
  deleteProduct,
] as const;
