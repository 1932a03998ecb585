import { getStock, putStock } from '../../runtime/contracts/api/inventory.ts';
import { ConflictError, InsufficientError } from '../../runtime/errors.ts';
import { conflict, notFound } from '../../runtime/http/problem.ts';
import { implement, type Route } from '../../runtime/http/route.ts';
import type { Document, Documents, Write } from '../../runtime/ports/documents.ts';
import { factsKey, lowKey, type ProductFacts, type Stock, stockKey } from './table.ts';

export function createInventoryRoutes(documents: Documents, lowStock: number): Route[] {
  return [
    implement(getStock, async ({ params: { productId } }) => {
      const { stock } = await sold(documents, productId);
      return { status: 200, body: { productId, available: stock.body.available } };
    }),
    implement(putStock, async ({ params: { productId }, body }) => {
      for (let attempt = 1; ; attempt += 1) {
        const { stock, low } = await sold(documents, productId);
        const by = body.adjustBy ?? (body.available ?? 0) - stock.body.available;
        const numbers = {
          ...stock.body,
          available: stock.body.available + by,
          stocked: stock.body.stocked + by,
        };
        if (numbers.available < 0) {
          const message = `only ${stock.body.available} are available to take away`;
          throw conflict('The stock cannot go below zero.', [{ field: 'adjustBy', message }]);
        }
        try {
          await documents.commit({ partition: productId, writes: writesFor(stock, numbers, low, lowStock) });
          return { status: 200, body: { productId, ...numbers } };
        } catch (error) {
          const moved = error instanceof ConflictError || error instanceof InsufficientError;
          if (!moved || attempt === maxAttempts) throw error;
        }
      }
    }),
  ];
}

/** A product that sells fast changes its stock all the time; try long enough to get in between. */
const maxAttempts = 20;

function writesFor(
  stock: Document<Stock>,
  numbers: Stock,
  low: Document<unknown> | undefined,
  lowStock: number,
): Write[] {
  const writes: Write[] = [{ kind: 'replace', id: 'stock', version: stock.version, body: numbers }];
  if (low && numbers.available >= lowStock) writes.push({ kind: 'delete', id: 'low', version: low.version });
  return writes;
}

/** @throws ProblemError 404 for a product that is not sold, or not known yet */
async function sold(documents: Documents, productId: string) {
  const [facts, stock, low] = await Promise.all([
    documents.get<ProductFacts>(factsKey(productId)),
    documents.get<Stock>(stockKey(productId)),
    documents.get(lowKey(productId)),
  ]);
  if (!facts || facts.body.deleted || !stock) throw notFound('product');
  return { stock, low };
}
