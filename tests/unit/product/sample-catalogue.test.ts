/** The sample catalogue as data: every product is one that the shop takes. It does not prove that it reads well. */
import assert from 'node:assert/strict';
import { sampleCatalogue } from '../../../catalogue/sample.ts';
import { productInput } from '../../../runtime/contracts/api/product.ts';

describe('the sample catalogue', () => {
  it('holds at least 72 products in eight categories or more, each sku once', () => {
    assert.ok(sampleCatalogue.length >= 72);
    assert.ok(new Set(sampleCatalogue.map(({ category }) => category)).size >= 8);
    assert.equal(new Set(sampleCatalogue.map(({ sku }) => sku)).size, sampleCatalogue.length);
    assert.equal(new Set(sampleCatalogue.map(({ name }) => name)).size, sampleCatalogue.length);
  });

  it('is what the shop takes, with a description, a price and stock', () => {
    for (const { stock, ...product } of sampleCatalogue) {
      productInput.parse({ ...product, currency: 'EUR' });
      assert.ok(product.description.length > 40, product.sku);
      assert.ok(product.price > 0, product.sku);
      assert.ok(Number.isInteger(stock) && stock > 0, product.sku);
      assert.equal('image' in product, false, product.sku);
    }
  });

  it('has variants that share a group, at least two in each', () => {
    const groups = Map.groupBy(
      sampleCatalogue.filter(({ group }) => group !== undefined),
      ({ group }) => group,
    );
    assert.ok(groups.size >= 5);
    for (const [group, products] of groups) assert.ok(products.length >= 2, group);
  });
});
