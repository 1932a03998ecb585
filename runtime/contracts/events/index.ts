import { inventoryEvents } from './inventory.ts';
import { notificationEvents } from './notification.ts';
import { orderEvents } from './order.ts';
import { paymentEvents } from './payment.ts';
import { productEvents } from './product.ts';
import { userEvents } from './user.ts';

/** Every event of the shop: its type and the schema of its data. */
export const eventSchemas = {
  ...userEvents,
  ...productEvents,
  ...orderEvents,
  ...inventoryEvents,
  ...paymentEvents,
  ...notificationEvents,
};
