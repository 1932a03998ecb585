import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import type { Product, productInput } from '../../runtime/contracts/api/product.ts';
import { notFound } from '../../runtime/http/problem.ts';
import { newId } from '../../runtime/ids.ts';
import { type Clock, isoTime } from '../../runtime/ports/clock.ts';
import type { Database, PoolClient } from '../../runtime/sql/pool.ts';
import { faultPoint } from '../../runtime/telemetry/faults.ts';
import { deleteProduct, insertProduct, lockProduct, updateProduct } from './store.ts';

export type ProductInput = z.output<typeof productInput>;

export interface EditorDependencies {
  readonly database: Database;
  readonly clock: Clock;
  /** Called after the commit, and also when nobody knows whether it happened. */
  readonly changed: (id: string) => Promise<void>;
}

export interface Editor {
  /** @throws ProblemError 409 naming `sku` */
  create(input: ProductInput): Promise<Product>;
  /**
   * Without a real change there is no new version and no event.
   * @param check throws when the product must not be replaced
   * @throws ProblemError 404, 409 naming `sku`
   */
  replace(id: string, input: ProductInput, check: (present: Product) => void): Promise<Product>;
  /** False when there is no such product. */
  remove(id: string): Promise<boolean>;
}

/** Every change of the catalogue, each in one transaction with its event. */
export function createEditor({ database, clock, changed }: EditorDependencies): Editor {
  const change = async <Result>(
    id: string,
    work: (client: PoolClient) => Promise<Result>,
  ): Promise<Result> => {
    try {
      const result = await database.transaction(work);
      faultPoint('http.after-commit');
      return result;
    } finally {
      await changed(id);
    }
  };
  return {
    async create(input) {
      const now = isoTime(clock);
      const id = `PRD-${newId(clock.now())}`;
      const product = { id, ...plain(input), version: 1, created_at: now, updated_at: now };
      await change(id, (client) => insertProduct(client, product));
      return product;
    },
    async replace(id, input, check) {
      const wanted = plain(input);
      return change(id, async (client) => {
        const present = await lockProduct(client, id);
        if (!present) throw notFound('product');
        check(present);
        const { id: _, version, created_at, updated_at, ...fields } = present;
        if (isDeepStrictEqual(fields, wanted)) return present;
        const product = { id, ...wanted, version: version + 1, created_at, updated_at: isoTime(clock) };
        await updateProduct(client, product);
        return product;
      });
    },
    remove: (id) => change(id, (client) => deleteProduct(client, id)),
  };
}

/** The fields in the order of the contract, without those not given. */
function plain(input: ProductInput) {
  const { sku, name, description, category, price, currency, group, tags, image } = input;
  return {
    sku,
    name: name.toWellFormed(),
    description: description.toWellFormed(),
    category: category.toWellFormed(),
    price,
    currency,
    ...(group !== undefined && { group: group.toWellFormed() }),
    tags: tags.map((tag) => tag.toWellFormed()),
    ...(image !== undefined && { image }),
  };
}
