/** What is used of the client, to be loaded late: a bundler then leaves out the rest, as it could not of the whole. */
export { ServiceBusClient } from '@azure/service-bus';
