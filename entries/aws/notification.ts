import { awsMailers, awsSms } from '../../runtime/adapters/aws/notify.ts';
import { notification } from '../functions/notification.ts';
import { createSenders } from '../functions/senders.ts';
import { createFunction } from './function.ts';

export const handler = createFunction(notification, createSenders({ mailers: awsMailers, sms: awsSms }));
