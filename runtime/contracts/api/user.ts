import { z } from 'zod';
import type { RouteSpec } from '../../http/route.ts';
import { email, phone, timestamp, userId } from '../schemas.ts';

const username = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{2,31}$/, 'must be 3 to 32 letters, digits, dots, dashes or underscores');

/** Length is what makes a password strong; the upper bound keeps hashing bounded. */
const password = z.string().min(8, 'must have at least 8 characters').max(128);

const account = z.strictObject({ id: userId, username, email });
const profile = account.extend({
  phone: phone.optional(),
  role: z.enum(['customer', 'admin']),
  created_at: timestamp,
});
const params = z.strictObject({ id: userId });

export const register = {
  operationId: 'register',
  method: 'POST',
  path: '/api/users/register',
  service: 'user',
  access: 'public',
  summary: 'Make an account',
  body: z.strictObject({ username, email, password }),
  responses: { 201: account },
} as const satisfies RouteSpec;

export const login = {
  operationId: 'login',
  method: 'POST',
  path: '/api/users/login',
  service: 'user',
  access: 'public',
  summary: 'Get a token',
  description: 'The answer to an unknown user and to a wrong password is the same, and takes the same time.',
  body: z.strictObject({ username: z.string().min(1).max(254), password: z.string().min(1).max(128) }),
  responses: { 200: z.strictObject({ token: z.string(), user: account }) },
} as const satisfies RouteSpec;

export const getUser = {
  operationId: 'getUser',
  method: 'GET',
  path: '/api/users/{id}',
  service: 'user',
  access: 'user',
  summary: 'Read a profile: one’s own, or as an admin',
  params,
  responses: { 200: profile },
} as const satisfies RouteSpec;

export const updateUser = {
  operationId: 'updateUser',
  method: 'PATCH',
  path: '/api/users/{id}',
  service: 'user',
  access: 'user',
  summary: 'Change a profile; a new password needs the current one',
  params,
  body: z.strictObject({
    email: email.optional(),
    phone: phone.nullable().optional(),
    password: password.optional(),
    currentPassword: z.string().max(128).optional(),
  }),
  responses: { 200: profile },
} as const satisfies RouteSpec;

export const deleteUser = {
  operationId: 'deleteUser',
  method: 'DELETE',
  path: '/api/users/{id}',
  service: 'user',
  access: 'user',
  summary: 'Delete an account; its orders stay',
  params,
  responses: { 204: null },
} as const satisfies RouteSpec;

const jwk = z.strictObject({
  kty: z.literal('RSA'),
  use: z.literal('sig'),
  alg: z.literal('RS256'),
  kid: z.string(),
  n: z.string(),
  e: z.string(),
});

export const getJwks = {
  operationId: 'getJwks',
  method: 'GET',
  path: '/.well-known/jwks.json',
  service: 'user',
  access: 'public',
  summary: 'The keys that check tokens; more than one while keys rotate',
  responses: { 200: z.strictObject({ keys: z.array(jwk) }) },
} as const satisfies RouteSpec;

export const getOpenIdConfiguration = {
  operationId: 'getOpenIdConfiguration',
  method: 'GET',
  path: '/.well-known/openid-configuration',
  service: 'user',
  access: 'public',
  summary: 'The issuer’s discovery document',
  responses: {
    200: z.strictObject({
      issuer: z.string(),
      jwks_uri: z.string(),
      response_types_supported: z.array(z.string()),
      subject_types_supported: z.array(z.string()),
      id_token_signing_alg_values_supported: z.array(z.string()),
    }),
  },
} as const satisfies RouteSpec;

export const userRoutes = [
  register,
  login,
  getUser,
  updateUser,
  deleteUser,
  getJwks,
  getOpenIdConfiguration,
] as const;
