import { z } from 'zod';

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads a process's settings from the environment, once, and reports all problems together: each with its
 * name, what is wrong with it, and never its value, which may be a secret.
 */
export function readEnv<Shape extends z.ZodRawShape>(
  shape: Shape,
  env: Readonly<Record<string, string | undefined>> = process.env,
): z.output<z.ZodObject<Shape>> {
  // An empty variable is one that was not set.
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const result = z.object(shape).safeParse(given);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new ConfigError(`these settings need a correction in the environment:\n${problems.join('\n')}`);
}

export const port = z.coerce.number().pipe(z.int().min(0).max(65_535));
export const flag = z.enum(['true', 'false']).transform((value) => value === 'true');

/** What all service code has in common, whoever hosts it. */
export const hostedSettings = {
  /** Exactly the `iss` of every token; never taken from a request. */
  TOKEN_ISSUER: z.url(),
  TOKEN_AUDIENCE: z.string().default('shop'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(),
  /** New traces recorded a second and process. */
  TRACES_PER_SECOND: z.coerce.number().min(0).default(20),
};

/** What every process that listens has in common. */
export const commonSettings = {
  HOST: z.string().default('127.0.0.1'),
  PORT: port,
  ...hostedSettings,
};
