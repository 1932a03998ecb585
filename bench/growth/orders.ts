import { bulkFill } from './bulk-fill.ts';

/** What both sides have, however many orders there are: growth of orders is measured alone. */
export const shop = { products: 1_000, users: 50, available: 1_000_000 };

export const userIdOf = (n: number) => `USR-01J${String(n % shop.users).padStart(23, '0')}`;
export const productIdOf = (n: number) => `PRD-01J${String(n % shop.products).padStart(23, '0')}`;

/** The bus forgets after 7 days: events and marks are there for the newest orders only, one in so many. */
const remembered = 10;

const userId = `'USR-01J' || lpad((n % ${shop.users})::text, 23, '0')`;
const productId = (n: string) => `'PRD-01J' || lpad((${n})::text, 23, '0')`;

/**
 * The orders numbered from $1 to $2 of $3. Every fourth has two lines; the newest tenth is of the last six days,
 * the others of the two years before.
 */
const made = `
  select n, 'ORD-01J' || lpad(n::text, 7, '0') || upper(left(md5(n::text), 16)) as order_id, ${userId} as user_id,
         p1, p2, n % 4 = 0 as two, ${productId('p1')} as product1, ${productId('p2')} as product2,
         1 + n % 3 as q1, (1000 + p1) * (1 + n % 3) + case when n % 4 = 0 then 1000 + p2 else 0 end as total,
         placed, to_char(placed at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at
  from generate_series($1::bigint, $2::bigint) n
  cross join lateral (
    select n % ${shop.products} as p1, (n * 7 + 3) % ${shop.products} as p2,
           date_trunc('milliseconds', now()) - case when n > $3::bigint - $3::bigint / ${remembered}
             then ($3::bigint - n) * (interval '6 days' / ($3::bigint / ${remembered}))
             else interval '6 days' + ($3::bigint - n) * (interval '730 days' / $3::bigint) end as placed
  ) computed`;

const line = (product: string, p: string, quantity: string) =>
  `jsonb_build_object('productId', ${product}, 'sku', 'GROWTH-' || ${p}, 'name', 'Thing number ' || ${p},
                      'quantity', ${quantity}, 'unitPrice', 1000 + ${p})`;

const documents = `
  with made as materialized (${made})
  insert into document (service, partition, id, version, body, index1_hash, index1_sort)
  select d.* from made cross join lateral (values
    ('order', order_id, 'order', 3, jsonb_build_object(
      'kind', 'order', 'orderId', order_id, 'userId', user_id, 'status', 'confirmed', 'total', total,
      'currency', 'EUR', 'paymentMethod', 'pm_card_visa',
      'items', jsonb_build_array(${line('product1', 'p1', 'q1')})
               || case when two then jsonb_build_array(${line('product2', 'p2', '1')}) else '[]' end,
      'timeline', jsonb_build_array(
        jsonb_build_object('status', 'pending', 'at', at), jsonb_build_object('status', 'reserved', 'at', at),
        jsonb_build_object('status', 'paid', 'at', at), jsonb_build_object('status', 'confirmed', 'at', at))),
     user_id, order_id),
    ('inventory', product1, 'reservation/' || order_id, 2,
     jsonb_build_object('orderId', order_id, 'quantity', q1, 'state', 'sold'), null, null),
    ('payment', order_id, 'payment', 1, jsonb_build_object(
      'orderId', order_id, 'status', 'captured', 'captured', total, 'refunded', 0, 'currency', 'EUR', 'at', at),
     null, null),
    ('payment-provider', order_id, 'charge', 2, jsonb_build_object(
      'currency', 'EUR', 'capturable', 0, 'refundable', total, 'refunded', 0), null, null),
    ('notification', order_id, 'mail', 1, jsonb_build_object(
      'version', 3, 'sent', jsonb_build_object('order.confirmed', at)), null, null)
  ) d
  union all
  select 'inventory', product2, 'reservation/' || order_id, 2,
         jsonb_build_object('orderId', order_id, 'quantity', 1, 'state', 'sold'), null, null
  from made where two`;

const isRemembered = `n > $3::bigint - $3::bigint / ${remembered}`;
const eventId = (step: string) =>
  `'01J' || lpad(n::text, 7, '0') || ${step} || upper(left(md5(n::text), 15))`;

const events = `
  insert into event (id, type, subject, body, at)
  select ${eventId('step')}, type, order_id, json_build_object(
           'specversion', '1.0', 'id', ${eventId('step')}, 'source', '/' || split_part(type, '.', 1),
           'type', type, 'subject', order_id, 'time', at, 'datacontenttype', 'application/json',
           'aggregateversion', 1, 'data', data), placed
  from (${made}) made cross join lateral (values
    (1, 'order.placed', json_build_object('orderId', order_id, 'userId', user_id, 'total', total, 'currency', 'EUR',
      'items', json_build_array(${line('product1', 'p1', 'q1')}), 'paymentMethod', 'pm_card_visa')),
    (2, 'inventory.reserved', json_build_object('orderId', order_id, 'userId', user_id, 'total', total,
      'currency', 'EUR', 'paymentMethod', 'pm_card_visa')),
    (3, 'payment.captured', json_build_object('orderId', order_id, 'amount', total, 'currency', 'EUR')),
    (4, 'order.confirmed', json_build_object('orderId', order_id, 'userId', user_id, 'total', total,
      'currency', 'EUR', 'items', json_build_array(${line('product1', 'p1', 'q1')}))),
    (5, 'notification.sent', json_build_object('messageId', order_id || '.order.confirmed@shop.local',
      'channel', 'email', 'template', 'order.confirmed', 'about', order_id))
  ) e(step, type, data)
  where ${isRemembered}`;

const marks = `
  insert into handled (consumer, event_id, at)
  select consumer, ${eventId('step')}, placed
  from (${made}) made cross join (values
    ('inventory-saga', 1), ('order-saga', 2), ('payment-saga', 2), ('order-saga', 3), ('inventory-saga', 4),
    ('notification-mail', 4)
  ) m(consumer, step)
  where ${isRemembered}`;

/** What the functions know of the products and users, and the stock that all these orders leave. */
const surroundings = `
  insert into document (service, partition, id, version, body)
  select d.* from generate_series(0, ${shop.products} - 1) n
  cross join lateral (select ${productId('n')} as product_id) p
  left join (select partition as product_id, sum((body ->> 'quantity')::bigint) as pieces from document
             where service = 'inventory' and id like 'reservation/%' group by partition) sold using (product_id)
  cross join lateral (values
    ('order', product_id, 'product', 1, jsonb_build_object('kind', 'product', 'version', 1, 'deleted', false,
      'sku', 'GROWTH-' || n, 'name', 'Thing number ' || n, 'price', 1000 + n, 'currency', 'EUR')),
    ('inventory', product_id, 'product', 1, jsonb_build_object('version', 1, 'deleted', false, 'sku', 'GROWTH-' || n)),
    ('inventory', product_id, 'stock', 1, jsonb_build_object('available', ${shop.available}, 'reserved', 0,
      'sold', coalesce(pieces, 0), 'stocked', ${shop.available} + coalesce(pieces, 0)))
  ) d;
  insert into document (service, partition, id, version, body)
  select 'notification', ${userId}, 'contact', 1, jsonb_build_object('deleted', false, 'version', 1,
         'username', 'buyer-' || n, 'email', 'buyer-' || n || '@example.com')
  from generate_series(0, ${shop.users} - 1) n`;

/** Confirmed orders with all that six services keep of them, in a shop's database that is migrated and subscribed. */
export async function fillOrders(url: string, count: number): Promise<void> {
  const values = [count];
  await bulkFill(url, {
    label: `${count.toLocaleString('en')} orders`,
    tables: ['document', 'event', 'handled'],
    rows: count,
    statements: [
      { text: documents, values },
      { text: events, values },
      { text: marks, values },
    ],
    finish: surroundings,
  });
}
