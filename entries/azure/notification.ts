import { azureMailers, azureSms } from '../../runtime/adapters/azure/notify.ts';
import { notification } from '../functions/notification.ts';
import { createSenders } from '../functions/senders.ts';
import { registerFunction } from './function.ts';

const { COMMUNICATION_ENDPOINT: endpoint } = process.env;

registerFunction(notification, createSenders({ mailers: azureMailers(endpoint), sms: azureSms(endpoint) }));
