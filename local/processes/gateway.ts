import { z } from 'zod';
import { createAsyncApiDocument } from '../../runtime/contracts/asyncapi.ts';
import { createOpenApiDocument } from '../../runtime/contracts/openapi.ts';
import { createTokenVerifier, remoteKeys } from '../../runtime/http/token.ts';
import { runProcess } from '../../runtime/process.ts';
import { addDocs } from '../gateway/docs.ts';
import { createGateway } from '../gateway/server.ts';

const origin = z.string().refine((value) => URL.canParse(value) && new URL(value).origin === value, {
  message: 'must be origins with commas between, such as https://shop.example,http://localhost:5173',
});

const shape = {
  USER_URL: z.url(),
  PRODUCT_URL: z.url(),
  FUNCTIONS_URL: z.url(),
  /** Of the functions that are reached each by itself. @default FUNCTIONS_URL */
  ORDER_URL: z.url().optional(),
  INVENTORY_URL: z.url().optional(),
  PAYMENT_URL: z.url().optional(),
  NOTIFICATION_URL: z.url().optional(),
  JWKS_URL: z.url(),
  /** The base URL that callers use, for the documents. */
  PUBLIC_URL: z.url(),
  CONSOLE_URL: z.url().optional(),
  /** Origins that browsers may call from, with commas between. */
  CORS_ORIGINS: z
    .string()
    .default('')
    .transform((value) =>
      value
        .split(',')
        .map((each) => each.trim())
        .filter(Boolean),
    )
    .pipe(z.array(origin)),
  /** For each caller; 0 is no limit. */
  RATE_LIMIT_PER_MINUTE: z.coerce.number().pipe(z.int().min(0)).default(6_000),
  UPSTREAM_TIMEOUT_MS: z.coerce.number().pipe(z.int().min(1).max(60_000)).default(25_000),
};

await runProcess('gateway', shape, async ({ settings, logger, whileServing }) => {
  const openApi = createOpenApiDocument({ serverUrl: settings.PUBLIC_URL });
  const server = await createGateway({
    document: openApi,
    upstreams: {
      user: settings.USER_URL,
      product: settings.PRODUCT_URL,
      order: settings.ORDER_URL ?? settings.FUNCTIONS_URL,
      inventory: settings.INVENTORY_URL ?? settings.FUNCTIONS_URL,
      payment: settings.PAYMENT_URL ?? settings.FUNCTIONS_URL,
      notification: settings.NOTIFICATION_URL ?? settings.FUNCTIONS_URL,
    },
    verifyToken: createTokenVerifier(remoteKeys(settings.JWKS_URL), {
      issuer: settings.TOKEN_ISSUER,
      audience: settings.TOKEN_AUDIENCE,
    }),
    logger,
    corsOrigins: settings.CORS_ORIGINS,
    requestsPerMinute: settings.RATE_LIMIT_PER_MINUTE,
    upstreamTimeoutMs: settings.UPSTREAM_TIMEOUT_MS,
    guardReady: whileServing,
  });
  await addDocs(server, { openApi, asyncApi: createAsyncApiDocument(), consoleUrl: settings.CONSOLE_URL });
  return { server, stop: async () => {} };
});
