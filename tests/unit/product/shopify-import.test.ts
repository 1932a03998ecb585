/**
 * From the bytes of a Shopify product export to products and reasons, with no shop involved. It does not prove
 * that Shopify writes its exports like these: they follow its documented columns.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readCsv } from '../../../catalogue/shopify/csv.ts';
import { plainText } from '../../../catalogue/shopify/plain-text.ts';
import { currencyDecimals, parsePrice } from '../../../catalogue/shopify/price.ts';
import { type ImportEntry, neededColumns, readProducts } from '../../../catalogue/shopify/products.ts';

const header =
  'Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,Variant Price,Variant Inventory Qty,Image Src,Variant Image,Status';

interface Row {
  handle?: string;
  title?: string;
  body?: string;
  vendor?: string;
  productCategory?: string;
  type?: string;
  tags?: string;
  published?: string;
  option1?: string;
  option2?: string;
  sku?: string;
  price?: string;
  quantity?: string;
  image?: string;
  variantImage?: string;
  status?: string;
}

const quoted = (text: string) => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const row = (given: Row): string =>
  [
    given.handle ?? 'mug',
    given.title ?? 'Mug',
    given.body ?? '',
    given.vendor ?? '',
    given.productCategory ?? '',
    given.type ?? 'Cups',
    given.tags ?? '',
    given.published ?? 'true',
    'Title',
    given.option1 ?? 'Default Title',
    '',
    given.option2 ?? '',
    given.sku ?? 'MUG-1',
    given.price ?? '12.50',
    given.quantity ?? '',
    given.image ?? '',
    given.variantImage ?? '',
    given.status ?? 'active',
  ]
    .map(quoted)
    .join(',');
/** A row that continues the product above it. */
const more = (given: Row): string => row({ title: '', type: '', published: '', status: '', ...given });

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(
  text: string | Buffer | readonly string[],
  { currency = 'EUR', pieceSize = 1 << 20 } = {},
): Promise<ImportEntry[]> {
  const bytes = Buffer.isBuffer(text)
    ? text
    : Buffer.from(typeof text === 'string' ? text : [header, ...text, ''].join('\n'));
  const entries: ImportEntry[] = [];
  const rows = readCsv(pieces(bytes, pieceSize), neededColumns);
  for await (const entry of readProducts(rows, currency)) entries.push(entry);
  return entries;
}

const products = (entries: readonly ImportEntry[]) => entries.filter((entry) => entry.kind === 'product');
const skips = (entries: readonly ImportEntry[]) => entries.filter((entry) => entry.kind === 'skipped');

describe('reading a product export', () => {
  it('makes a product of a row, with all that the shop has a field for', async () => {
    const [entry, ...others] = await read([
      row({
        body: '<p>Holds <b>tea</b> &amp; coffee.</p>',
        vendor: 'Potter & Sons',
        productCategory: 'Home & Garden > Kitchen > Mugs',
        type: '',
        tags: 'blue, stoneware ,blue',
        quantity: '7',
        image: 'https://pictures.test/mug.png',
      }),
    ]);
    assert.deepEqual(others, []);
    assert.deepEqual(entry, {
      kind: 'product',
      line: 2,
      stock: 7,
      input: {
        sku: 'MUG-1',
        name: 'Mug',
        description: 'Holds tea & coffee.',
        category: 'Mugs',
        price: 1250,
        currency: 'EUR',
        group: 'mug',
        tags: ['blue', 'stoneware', 'Potter & Sons'],
        image: 'https://pictures.test/mug.png',
      },
    });
  });

  it('makes a product of each variant: one group, the option values in the name, its own picture', async () => {
    const entries = await read([
      row({
        handle: 'tee',
        title: 'Tee',
        option1: 'S',
        option2: 'Red',
        sku: 'T-S',
        image: 'https://a.test/1',
      }),
      more({ handle: 'tee', option1: 'M', option2: 'Red', sku: 'T-M', variantImage: 'https://a.test/m' }),
      more({ handle: 'tee', option1: '', sku: '', price: '', image: 'https://a.test/2' }),
      more({ handle: 'tee', option1: 'L', option2: 'Blue', sku: 'T-L', price: '13', quantity: '0' }),
      row({ handle: 'cap', title: 'Cap', sku: 'CAP' }),
    ]);
    assert.deepEqual(
      products(entries).map(({ line, input, stock }) => [
        line,
        input.name,
        input.group,
        input.image,
        input.price,
        stock,
      ]),
      [
        [2, 'Tee – S, Red', 'tee', 'https://a.test/1', 1250, undefined],
        [3, 'Tee – M, Red', 'tee', 'https://a.test/m', 1250, undefined],
        [5, 'Tee – L, Blue', 'tee', 'https://a.test/1', 1300, 0],
        [6, 'Cap', 'cap', undefined, 1250, undefined],
      ],
    );
    assert.deepEqual(skips(entries), []);
    assert.ok(
      products(entries)
        .slice(0, 3)
        .every(({ input }) => input.category === 'Cups'),
    );
  });

  const skipped: [title: string, rows: string[], reasons: RegExp[]][] = [
    ['a missing SKU', [row({ sku: '' })], [/no Variant SKU/]],
    ['a SKU that the shop cannot have', [row({ sku: 'two words' })], [/its sku must be/]],
    ['a SKU again', [row({}), row({ handle: 'b', title: 'B' })], [/MUG-1 is that of line 2/]],
    ['no price', [row({ price: '' })], [/price "" is not a number/]],
    ['a price in words', [row({ price: 'free' })], [/price "free" is not a number/]],
    ['a negative price', [row({ price: '-1.00' })], [/price "-1.00" is not a number/]],
    ['a price with a comma', [row({ price: '9,99' })], [/price "9,99" is not a number/]],
    ['a price in floating point', [row({ price: '1e3' })], [/price "1e3" is not a number/]],
    ['a price finer than the currency', [row({ price: '9.999' })], [/more decimals than EUR, which has 2/]],
    ['a title too long', [row({ title: 'x'.repeat(201) })], [/its name /]],
    ['a draft', [row({ status: 'draft' }), more({ sku: 'MUG-2' })], [/Status is draft/, /Status is draft/]],
    ['an unpublished product', [row({ published: 'FALSE' })], [/not published/]],
    ['a row that continues nothing', [more({ handle: 'lost' })], [/no Title.*"lost"/]],
    ['a row that continues another product', [row({}), more({ handle: 'other', sku: 'O' })], [/"other"/]],
    ['too few fields', ['mug,Mug,12'], [/not as many fields/]],
    ['too many fields', [`${row({})},more`], [/not as many fields/]],
  ];
  for (const [title, rows, reasons] of skipped) {
    it(`skips ${title}, says where and why, and goes on`, async () => {
      const entries = await read([...rows, row({ handle: 'last', title: 'Last', sku: 'LAST' })]);
      const left = skips(entries);
      assert.equal(left.length, reasons.length);
      for (const [index, reason] of reasons.entries()) {
        assert.match(left[index]?.reason ?? '', reason);
        assert.equal(left[index]?.what, 'the row');
      }
      assert.equal(left.at(-1)?.line, rows.length + 1);
      assert.equal(products(entries).at(-1)?.input.sku, 'LAST');
    });
  }

  it('keeps the product and skips its stock when the quantity is none', async () => {
    for (const quantity of ['-3', '1.5', 'many', '99999999999']) {
      const entries = await read([row({ quantity })]);
      assert.equal(products(entries)[0]?.stock, undefined, quantity);
      assert.equal(products(entries).length, 1);
      const [left] = skips(entries);
      assert.deepEqual([left?.line, left?.what], [2, 'its stock']);
      assert.match(left?.reason ?? '', new RegExp(`Variant Inventory Qty.*${quantity}`));
    }
  });

  it('takes off the apostrophe that keeps spreadsheets from reading a SKU as a number', async () => {
    assert.equal(products(await read([row({ sku: "'0012" })]))[0]?.input.sku, '0012');
  });

  it('keeps what it cannot use out: pictures without a web address, too much text', async () => {
    const [entry] = products(
      await read([row({ image: 'javascript:alert(1)', body: 'word '.repeat(5_000) })]),
    );
    assert.equal(entry?.input.image, undefined);
    assert.ok((entry?.input.description?.length ?? 0) <= 10_000);
  });

  it('reads a file with a byte order mark, CRLF, and quoted fields over several lines, in pieces of any size', async () => {
    const text = [
      `\ufeff${header}`,
      row({ body: '<p>One</p>\r\n<p>Two, "three"</p>' }),
      '',
      row({ handle: 'b', title: 'Büro, groß', sku: 'B', quantity: '-1' }),
      row({ handle: 'c', title: 'C', sku: '' }),
    ].join('\r\n');
    const whole = await read(text);
    assert.deepEqual(
      products(whole).map(({ line, input }) => [line, input.name, input.description]),
      [
        [2, 'Mug', 'One\nTwo, "three"'],
        [5, 'Büro, groß', ''],
      ],
    );
    assert.deepEqual(
      skips(whole).map(({ line }) => line),
      [5, 6],
    );
    for (const pieceSize of [1, 2, 3, 7, 64])
      assert.deepEqual(await read(Buffer.from(text), { pieceSize }), whole);
    assert.deepEqual(await read(text.replaceAll('\r\n', '\n')), whole);
  });

  it('counts lines right without a line end at the end', async () => {
    const entries = await read([header, row({}), row({ handle: 'b', title: 'B', sku: '' })].join('\n'));
    assert.deepEqual(
      entries.map(({ line }) => line),
      [2, 3],
    );
  });

  const broken: [title: string, text: string | Buffer, message: RegExp][] = [
    ['another file', 'a,b\n1,2\n', /no column "Handle", "Title", "Variant SKU", "Variant Price"/],
    ['a quote that is never closed', `${header}\n${row({}).slice(0, -6)}"active\n`, /[Qq]uote/],
    ['no UTF-8', Buffer.from(`${header}\n${row({ title: 'Tasse f\xfcr Tee' })}`, 'latin1'), /not UTF-8/],
  ];
  for (const [title, text, message] of broken) {
    it(`refuses ${title} with a reason`, () =>
      assert.rejects(
        read(text),
        (error: Error) => error.name === 'CsvFileError' && message.test(error.message),
      ));
  }

  it('finds no product in an empty export', async () => {
    assert.deepEqual(await read(`${header}\n`), []);
  });
});

describe('a price as minor units', () => {
  const right: [string, string, number][] = [
    ['19.99', 'EUR', 1999],
    ['1.15', 'EUR', 115],
    ['0.07', 'EUR', 7],
    ['8', 'EUR', 800],
    ['8.5', 'EUR', 850],
    ['8.500', 'EUR', 850],
    [' 8.50 ', 'EUR', 850],
    ['0', 'EUR', 0],
    ['1200', 'JPY', 1200],
    ['1200.00', 'JPY', 1200],
    ['1.234', 'KWD', 1234],
    ['999999999.99', 'EUR', 99_999_999_999],
  ];
  for (const [text, currency, minor] of right) {
    it(`${text} ${currency} is ${minor}`, () => assert.deepEqual(parsePrice(text, currency), { minor }));
  }
  for (const [text, currency] of [
    ['', 'EUR'],
    ['1.005', 'EUR'],
    ['12.5', 'JPY'],
    ['.5', 'EUR'],
    ['5.', 'EUR'],
    ['+5', 'EUR'],
    ['0x10', 'EUR'],
    ['1 000', 'EUR'],
    ['Infinity', 'EUR'],
  ] as const) {
    it(`"${text}" ${currency} is refused`, () => assert.ok('reason' in parsePrice(text, currency)));
  }

  it('is exact for every amount', () => {
    const amounts = fc.tuple(fc.integer({ min: 0, max: 1e10 }), fc.constantFrom('EUR', 'JPY', 'KWD'));
    fc.assert(
      fc.property(amounts, ([minor, currency]) => {
        const decimals = currencyDecimals(currency);
        const digits = String(minor).padStart(decimals + 1, '0');
        const at = digits.length - decimals;
        const text = decimals === 0 ? digits : `${digits.slice(0, at)}.${digits.slice(at)}`;
        assert.deepEqual(parsePrice(text, currency), { minor });
      }),
    );
  });
});

describe('HTML as plain text', () => {
  const cases: [html: string, text: string][] = [
    ['plain', 'plain'],
    ['<p>One</p><p>Two</p>', 'One\nTwo'],
    ['One<br>Two<br/>Three', 'One\nTwo\nThree'],
    ['<ul><li>a</li><li class="x">b</li></ul>', '• a\n• b'],
    ['<b>bo</b>ld <a href="x">link</a>', 'bold link'],
    ['Fish &amp; chips &lt;3 &#8364; &#x20AC; &nbsp; &eacute;', 'Fish & chips <3 € € é'],
    ['&unknown; &#0; &#xD800; &#x110000;', '&unknown; &#0; &#xD800; &#x110000;'],
    ['a<script>alert("x")</script>b<style>p{}</style>c', 'abc'],
    ['<!-- hidden --><meta charset="utf-8">shown', 'shown'],
    ['many    blanks\n\n and\tlines', 'many blanks and lines'],
    ['1 < 2 and 3 > 2', '1 < 2 and 3 > 2'],
    ['<script>never closed', ''],
    ['', ''],
  ];
  for (const [html, text] of cases) it(JSON.stringify(html), () => assert.equal(plainText(html), text));

  it('takes no longer than its length deserves', () => {
    const started = performance.now();
    for (const part of ['<', '<p', '&', '<!--', '<script>', '<li ', '\n \n', '<style '])
      plainText(part.repeat(100_000));
    assert.ok(performance.now() - started < 5_000);
  });
});
