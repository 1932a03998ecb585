/** The words of a mail, letter by letter for one, and what must never happen in any: markup from a product's name. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compose, type KnownContact, type OrderEvent } from '../../../functions/notification/compose.ts';
import { formatMoney } from '../../../functions/notification/money.ts';
import { makeEvent } from '../../../runtime/contracts/events/make.ts';

const orderId = 'ORD-01K9GZ6Q7W3V8B5N2M4X6Y8T0R';
const contact: KnownContact = { deleted: false, version: 1, username: 'ada', email: 'ada@example.com' };
const sender = { shopName: 'The Shop', mailDomain: 'shop.local', publicUrl: 'http://127.0.0.1:8080/' };

const facts = (lines: [name: string, quantity: number, unitPrice: number][], currency = 'EUR') => ({
  orderId,
  userId: 'USR-01K9GZ6Q7W3V8B5N2M4X6Y8T0R',
  items: lines.map(([name, quantity, unitPrice], i) => ({
    productId: 'PRD-01K9GZ6Q7W3V8B5N2M4X6Y8T0R',
    sku: `SKU-${i}`,
    name,
    quantity,
    unitPrice,
  })),
  total: lines.reduce((sum, [, quantity, price]) => sum + quantity * price, 0),
  currency,
});
const confirmed = (...args: Parameters<typeof facts>) =>
  makeEvent('order.confirmed', orderId, 4, facts(...args)) as OrderEvent;

describe('mail of an order', () => {
  it('reads like this', () => {
    const event = confirmed([
      ['Walnut desk lamp', 2, 118_00],
      ['Linen shade', 1, 1_234_56],
    ]);
    const { mail, sms } = compose(event, contact, sender);
    assert.equal(sms, undefined);
    assert.equal(mail.messageId, `order.confirmed.${orderId}@shop.local`);
    assert.equal(mail.to, 'ada@example.com');
    assert.equal(mail.subject, `Your order ${orderId} is confirmed`);
    assert.equal(
      mail.text,
      `Hello ada,

thank you for your order. It is paid and confirmed.

Order ${orderId}
  2 × Walnut desk lamp: €236.00
  1 × Linen shade: €1,234.56
  Total: €1,470.56

See it at http://127.0.0.1:8080/orders/${orderId}

The Shop
`,
    );
    assert.match(mail.html, /<td>2 × Walnut desk lamp<\/td><td style="text-align: right">€236\.00<\/td>/);
    assert.match(mail.html, new RegExp(`<a href="http:.{0,60}orders.{0,10}${orderId}">See your order</a>`));
  });

  it('escapes markup in HTML, and leaves text as it is', () => {
    const event = confirmed([['<script>alert("1")</script> & co', 1, 100]]);
    const { mail } = compose(event, { ...contact, username: '<b>ada' }, sender);
    assert.doesNotMatch(mail.html, /<script>|<b>/);
    assert.match(mail.html, /&lt;script&gt;/);
    assert.match(mail.text, /<script>alert\("1"\)<\/script> & co: €1\.00/);
  });

  it('lets no name break out of its line or its cell, whatever it is', () => {
    const frame = (name: string) => {
      const { mail } = compose(confirmed([[name, 1, 100]]), contact, sender);
      return {
        tags: mail.html.match(/<[^>]*>/g)?.length,
        lines: mail.text.split(/[\n\r\u2028\u2029]/).length,
        subject: mail.subject,
      };
    };
    const usual = frame('Lamp');
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'binary' }), (name) => {
        assert.deepEqual(frame(`${name}<`), usual);
      }),
    );
  });

  it('says why an order was not accepted, in words', () => {
    const rejected = (reason: string) =>
      compose(
        makeEvent('order.rejected', orderId, 3, { ...facts([['Lamp', 1, 100]]), reason }) as OrderEvent,
        contact,
        sender,
      ).mail;
    assert.match(
      rejected('insufficient_funds').text,
      /because the card has insufficient funds\. You have not/,
    );
    assert.match(rejected('lamp-1 is out of stock').html, /because lamp-1 is out of stock\./);
    assert.match(rejected('some_new_code').text, /because some new code\./);
    assert.equal(rejected('x').messageId, `order.rejected.${orderId}@shop.local`);
  });

  it('says that a cancelled order is given back', () => {
    const data = { ...facts([['Lamp', 1, 100]]), reason: 'cancelled by the customer' };
    const { mail } = compose(makeEvent('order.cancelled', orderId, 3, data) as OrderEvent, contact, sender);
    assert.match(mail.text, /cancelled: cancelled by the customer\. If you were charged for it, you get all/);
  });

  it('has no link without an address of the shop', () => {
    const { mail } = compose(confirmed([['Lamp', 1, 100]]), contact, { ...sender, publicUrl: undefined });
    assert.doesNotMatch(mail.text + mail.html, /See/);
  });

  it('comes by SMS too where there is a phone, and only when confirmed', () => {
    const withPhone = { ...contact, phone: '+441632960123' };
    assert.deepEqual(compose(confirmed([['Lamp', 1, 100]]), withPhone, sender).sms, {
      messageId: `order.confirmed.${orderId}.sms@shop.local`,
      to: '+441632960123',
      text: `The Shop: your order ${orderId} over €1.00 is confirmed.`,
    });
    const data = { ...facts([['Lamp', 1, 100]]), reason: 'x' };
    const rejected = makeEvent('order.rejected', orderId, 3, data) as OrderEvent;
    assert.equal(compose(rejected, withPhone, sender).sms, undefined);
  });
});

describe('money in words', () => {
  for (const [amount, currency, words] of [
    [1_234_56, 'EUR', '€1,234.56'],
    [5, 'USD', '$0.05'],
    [1_500, 'JPY', '¥1,500'],
    [1_234_567, 'KWD', 'KWD\u00a01,234.567'],
    [999_999_999_999, 'EUR', '€9,999,999,999.99'],
  ] as const) {
    it(`${amount} ${currency} is ${words}`, () => assert.equal(formatMoney(amount, currency), words));
  }
});
