/**
 * How every AWS client of the shop is made. Region, credentials and, for stand-ins, the address
 * (`AWS_ENDPOINT_URL_DYNAMODB`, `_SNS`, `_SQS`) come from the environment, as the SDK reads it.
 */
export const clientDefaults = {
  /** Tries of one request, with backoff and jitter between, before the caller is told. */
  maxAttempts: 4,
  requestHandler: {
    connectionTimeout: 1_000,
    requestTimeout: 3_000,
    // Without it a slow request is only logged.
    throwOnRequestTimeout: true,
    httpsAgent: { keepAlive: true, maxSockets: 100 },
    httpAgent: { keepAlive: true, maxSockets: 100 },
  },
};
