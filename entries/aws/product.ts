import { runProduct } from '../containers/product.ts';
import { awsHost } from './host.ts';

await runProduct(awsHost);
