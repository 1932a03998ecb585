import type { RouteSpec } from '../../http/route.ts';
import { inventoryRoutes } from './inventory.ts';
import { orderRoutes } from './order.ts';
import { paymentRoutes } from './payment.ts';
import { productRoutes } from './product.ts';
import { userRoutes } from './user.ts';

/** Every route behind the gateway. */
export const apiRoutes: readonly RouteSpec[] = [
  ...userRoutes,
  ...productRoutes,
  ...orderRoutes,
  ...inventoryRoutes,
  ...paymentRoutes,
];
