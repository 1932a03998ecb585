import type { Product } from '../../../runtime/contracts/api/product.ts';

/** A row of the table `product`, as pg reads it. */
export interface ProductRow {
  id: string;
  sku: string;
  name: string;
  description: string;
  category: string;
  price: number;
  currency: string;
  group_id: string | null;
  tags: string[];
  image: string | null;
  version: number;
  created_at: Date;
  updated_at: Date;
}

const names = [
  'id',
  'sku',
  'name',
  'description',
  'category',
  'price',
  'currency',
  'group_id',
  'tags',
  'image',
  'version',
  'created_at',
  'updated_at',
];

/** The columns of a ProductRow, of the table or alias given. */
export const columns = (table: string): string => names.map((name) => `${table}.${name}`).join(', ');

export function toProduct(row: ProductRow): Product {
  return {
    id: row.id,
    sku: row.sku,
    name: row.name,
    description: row.description,
    category: row.category,
    price: row.price,
    currency: row.currency,
    ...(row.group_id !== null && { group: row.group_id }),
    tags: row.tags,
    ...(row.image !== null && { image: row.image }),
    version: row.version,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}
