import { notification } from '../functions/notification.ts';
import { registerFunction } from './function.ts';

registerFunction(notification);
