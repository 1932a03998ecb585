/** A product of the sample catalogue; prices in cents of a euro. */
export interface SampleProduct {
  readonly sku: string;
  readonly name: string;
  readonly description: string;
  readonly category: string;
  readonly price: number;
  readonly tags: readonly string[];
  /** Variants of one thing share it. */
  readonly group?: string;
  /** Pieces on the shelf. */
  readonly stock: number;
}

export type Shelf = readonly [
  sku: string,
  name: string,
  price: number,
  stock: number,
  tags: string,
  description: string,
  group?: string,
];

/** One category's products, from the short form in which they are written down. */
export function shelf(category: string, products: readonly Shelf[]): SampleProduct[] {
  return products.map(([sku, name, price, stock, tags, description, group]) => ({
    sku,
    name,
    description,
    category,
    price,
    tags: tags.split(' '),
    ...(group !== undefined && { group }),
    stock,
  }));
}
