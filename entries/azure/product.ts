import { runProduct } from '../containers/product.ts';
import { azureHost } from './host.ts';

await runProduct(azureHost);
