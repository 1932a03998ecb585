import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { problemContentType, problemSchema } from '../http/problem.ts';
import type { Access, Method, RouteSpec, ServiceName } from '../http/route.ts';
import { apiRoutes } from './api/index.ts';
import { type JsonSchema, jsonSchema, properties } from './json-schema.ts';

export interface OpenApiOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly object[];
  readonly requestBody?: object;
  readonly responses: Readonly<Record<string, object>>;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  /** Which service answers: a gateway chooses the upstream by it. */
  readonly 'x-service': ServiceName | 'gateway';
  /** Whether a gateway must see a valid token. The role is the service's to check. */
  readonly 'x-access': Access;
}

export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: object;
  readonly servers?: readonly { readonly url: string }[];
  readonly tags: readonly object[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly components: object;
}

/** Every route of the shop as one OpenAPI 3.1 document, made from the schemas that check the requests. */
export function createOpenApiDocument({ serverUrl }: { readonly serverUrl?: string } = {}): OpenApiDocument {
  const paths: Record<string, Record<string, OpenApiOperation>> = {};
  for (const spec of [...apiRoutes, ...gatewayOwn]) {
    paths[spec.path] = { ...paths[spec.path], [spec.method.toLowerCase()]: operation(spec) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'The shop',
      version: '1.0.0',
      description:
        'Money is an integer of minor units. Lists are `{items, nextCursor}`. Every error is an RFC 9457 ' +
        'problem document. Unknown fields are refused. Another user’s resource is 404.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    ...(serverUrl === undefined ? {} : { servers: [{ url: serverUrl }] }),
    tags: Object.entries(tagDescriptions).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'RS256; from POST /api/users/login',
        },
      },
      schemas: { Problem: jsonSchema(problemSchema, 'input') },
      responses: { Problem: problemResponse('Anything else that is no success') },
    },
  };
}

const tagDescriptions = {
  user: 'Accounts and tokens',
  product: 'The catalogue',
  order: 'Orders and their timeline',
  inventory: 'Stock',
  payment: 'What the payment provider reports',
  gateway: 'Does the shop live?',
};

type DocumentedRoute = Omit<RouteSpec, 'service'> & { readonly service: ServiceName | 'gateway' };

const status = (value: string) => z.strictObject({ status: z.literal(value) });

/** What a gateway answers itself. */
const gatewayOwn: readonly DocumentedRoute[] = [
  {
    operationId: 'health',
    method: 'GET',
    path: '/health',
    service: 'gateway',
    access: 'public',
    summary: 'The gateway lives',
    responses: { 200: status('ok') },
  },
  {
    operationId: 'ready',
    method: 'GET',
    path: '/ready',
    service: 'gateway',
    access: 'public',
    summary: 'An order can be placed',
    responses: { 200: status('ready'), 503: status('not ready') },
  },
];

/** Answers that a route's shape does not tell. */
export const furtherAnswers: Readonly<Record<string, readonly number[]>> = {
  register: [409, 429],
  login: [401, 429],
  updateUser: [403, 409],
  getProduct: [304],
  listProducts: [304],
  createProduct: [409],
  replaceProduct: [409, 412],
  placeOrder: [403, 409, 422],
  listOrders: [404],
  cancelOrder: [409],
  putStock: [409],
  paymentWebhook: [400, 404],
};

/** The statuses of problems (and of 304) that a route may answer, from what it asks for. */
function furtherStatuses(spec: DocumentedRoute): number[] {
  if (spec.service === 'gateway') return [];
  const takesBody = spec.body !== undefined || spec.rawBody === true;
  const statuses = new Set<number>(furtherAnswers[spec.operationId]);
  if (spec.params ?? spec.query ?? spec.headers ?? spec.body) statuses.add(400);
  if (spec.access !== 'public') statuses.add(401);
  if (spec.access === 'admin') statuses.add(403);
  if (spec.params) statuses.add(404);
  if (takesBody) statuses.add(413);
  if (spec.body) statuses.add(415);
  for (const always of [429, 503, 504]) statuses.add(always);
  return [...statuses].sort();
}

function operation(spec: DocumentedRoute): OpenApiOperation {
  const parameters = [
    ...parametersIn('path', spec.params),
    ...parametersIn('query', spec.query),
    ...parametersIn('header', spec.headers),
  ];
  const body = spec.rawBody ? { type: 'object' } : spec.body && jsonSchema(spec.body, 'input');
  const gateway = spec.service === 'gateway';
  return {
    operationId: spec.operationId,
    summary: spec.summary,
    ...(spec.description === undefined ? {} : { description: spec.description }),
    tags: [spec.service],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body ? { requestBody: { required: true, content: { 'application/json': { schema: body } } } } : {}),
    responses: {
      ...Object.fromEntries(
        Object.entries(spec.responses).map(([code, schema]) => [code, answer(code, schema)]),
      ),
      ...Object.fromEntries(furtherStatuses(spec).map((code) => [code, furtherAnswer(code)])),
      ...(gateway ? {} : { default: { $ref: '#/components/responses/Problem' } }),
    },
    security: spec.access === 'public' ? [] : [{ bearer: [] }],
    'x-service': spec.service,
    'x-access': spec.access,
  };
}

function parametersIn(place: 'path' | 'query' | 'header', schema: z.ZodObject | undefined): object[] {
  if (!schema) return [];
  return properties(schema).map(({ name, required, schema, description }) => ({
    name,
    in: place,
    required: place === 'path' || required,
    ...(description === undefined ? {} : { description }),
    schema,
  }));
}

function answer(code: string, schema: z.ZodType | null): object {
  const description = STATUS_CODES[code] ?? code;
  if (!schema) return { description };
  return { description, content: { 'application/json': { schema: jsonSchema(schema, 'output') } } };
}

function furtherAnswer(code: number): object {
  const description = STATUS_CODES[code] ?? String(code);
  return code < 400 ? { description } : problemResponse(description);
}

function problemResponse(description: string) {
  const schema: JsonSchema = { $ref: '#/components/schemas/Problem' };
  return { description, content: { [problemContentType]: { schema } } };
}

export interface GatewayRoute {
  readonly operationId: string;
  readonly method: Method;
  /** OpenAPI style: `/api/orders/{id}`. */
  readonly path: string;
  readonly service: ServiceName;
  readonly access: Access;
}

/** The routes that a gateway forwards, read from the document: what every gateway is made from. */
export function gatewayRoutes(document: OpenApiDocument): GatewayRoute[] {
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, operation]) => {
      const service = operation['x-service'];
      if (service === 'gateway') return [];
      return {
        operationId: operation.operationId,
        method: method.toUpperCase() as Method,
        path,
        service,
        access: operation['x-access'],
      };
    }),
  );
}
