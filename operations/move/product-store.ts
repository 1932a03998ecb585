import type { Database } from '../../runtime/sql/pool.ts';
import {
  type CarriedProduct,
  createProducts,
  findProducts,
  readProducts,
  replaceProduct,
} from '../../services/product/carrying.ts';
import type { Store } from './store.ts';

/** The catalogue of the product service. */
export function productStore(database: Database): Store {
  return {
    name: 'products',
    keyOf: (thing) => (thing as CarriedProduct).id,
    read: () => readProducts(database),
    create: async (things) => {
      const products = things as readonly CarriedProduct[];
      const written = new Set(await createProducts(database, products));
      return products.filter(({ id }) => !written.has(id));
    },
    find: async (things) => {
      const ids = (things as readonly CarriedProduct[]).map(({ id }) => id);
      const found = new Map((await findProducts(database, ids)).map((product) => [product.id, product]));
      return ids.map((id) => found.get(id));
    },
    supersede: (older, newer) => replaceProduct(database, older.version, newer as CarriedProduct),
  };
}
