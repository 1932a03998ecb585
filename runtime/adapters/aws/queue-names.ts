/** Names of queues: what is said here, the infrastructure makes. */
export const queueName = (prefix: string, consumer: string): string => `${prefix}${consumer}`;
export const deadLetterQueueName = (prefix: string, consumer: string): string =>
  `${queueName(prefix, consumer)}-dead`;
