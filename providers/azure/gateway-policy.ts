/** What a gateway does with a request, for all its routes. */
export interface GatewayPolicy {
  readonly corsOrigins: readonly string[];
  /** Where the issuer of tokens says what its keys are. */
  readonly openIdConfiguration: string;
  readonly audience: string;
  /** Operations that a valid token must come with. */
  readonly needToken: readonly string[];
  /** Where operations lead, each to one. */
  readonly backends: readonly BackendPolicy[];
  /** Requests a second, for all callers together; the tier must have such a limit. */
  readonly limit?: RateLimit;
  /** The only Front Door whose requests are taken. */
  readonly frontDoorId?: string;
  /** In seconds. */
  readonly timeoutSeconds: number;
}

export interface BackendPolicy {
  readonly id: string;
  readonly operations: readonly string[];
  /** The path there, where it is another one than the route's. */
  readonly path?: string;
}

export interface RateLimit {
  readonly perSecond: number;
  readonly burst: number;
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const allowedHeaders = [
  'authorization',
  'content-type',
  'idempotency-key',
  'if-match',
  'if-none-match',
  'traceparent',
];
const exposedHeaders = ['etag', 'location', 'x-request-id', 'x-trace-id'];

/** The policy of the API, as API Management reads it: one for all routes, so that keys are fetched once. */
export function policyXml(policy: GatewayPolicy): string {
  const { needToken, backends, timeoutSeconds, frontDoorId, limit, corsOrigins } = policy;
  return element('policies', {}, [
    element('inbound', {}, [
      '<base />',
      ...(frontDoorId === undefined ? [] : [onlyFrom(frontDoorId)]),
      ...(corsOrigins.length > 0 ? [cors(corsOrigins)] : []),
      ...(limit ? [rateLimit(limit)] : []),
      ...(needToken.length > 0
        ? [choose([{ operations: needToken, statements: [checkToken(policy)] }])]
        : []),
      choose(backends.map(({ operations, ...backend }) => ({ operations, statements: leadTo(backend) }))),
    ]),
    element('backend', {}, [element('forward-request', { timeout: String(timeoutSeconds) })]),
    element('outbound', {}, ['<base />']),
    element('on-error', {}, ['<base />']),
  ]);
}

/** Front Door says in a header which one it is; that of another customer has another id. */
const onlyFrom = (frontDoorId: string) =>
  element(
    'check-header',
    {
      name: 'X-Azure-FDID',
      'failed-check-httpcode': '403',
      'failed-check-error-message': 'Forbidden',
      'ignore-case': 'true',
    },
    [element('value', {}, [escapeXml(frontDoorId)])],
  );

function cors(origins: readonly string[]): string {
  const list = (name: string, item: string, values: readonly string[], attributes = {}) =>
    element(
      name,
      attributes,
      values.map((value) => element(item, {}, [escapeXml(value)])),
    );
  return element('cors', { 'allow-credentials': 'false' }, [
    list('allowed-origins', 'origin', origins),
    list('allowed-methods', 'method', methods, { 'preflight-result-max-age': '600' }),
    list('allowed-headers', 'header', allowedHeaders),
    list('expose-headers', 'header', exposedHeaders),
  ]);
}

/** As many at once as a burst may have, counted over the seconds in which they come at the steady rate. */
function rateLimit({ perSecond, burst }: RateLimit): string {
  const seconds = Math.min(300, Math.max(1, Math.round(burst / perSecond)));
  return element('rate-limit-by-key', {
    calls: String(perSecond * seconds),
    'renewal-period': String(seconds),
    'counter-key': 'shop',
  });
}

const checkToken = ({ openIdConfiguration, audience }: GatewayPolicy) =>
  element(
    'validate-jwt',
    {
      'header-name': 'Authorization',
      'require-scheme': 'Bearer',
      'failed-validation-httpcode': '401',
      'failed-validation-error-message': 'Unauthorized',
    },
    [
      element('openid-config', { url: openIdConfiguration }),
      element('audiences', {}, [element('audience', {}, [escapeXml(audience)])]),
    ],
  );

const leadTo = ({ id, path }: Omit<BackendPolicy, 'operations'>) => [
  element('set-backend-service', { 'backend-id': id }),
  ...(path === undefined ? [] : [element('rewrite-uri', { template: path })]),
];

interface Branch {
  readonly operations: readonly string[];
  readonly statements: readonly string[];
}

const choose = (branches: readonly Branch[]) =>
  element(
    'choose',
    {},
    branches.map(({ operations, statements }) =>
      element('when', { condition: isOneOf(operations) }, statements),
    ),
  );

const isOneOf = (operations: readonly string[]) =>
  `@(new [] { ${operations.map((one) => JSON.stringify(one)).join(', ')} }.Contains(context.Operation.Id))`;

function element(
  name: string,
  attributes: Readonly<Record<string, string>>,
  children: readonly string[] = [],
): string {
  const start = [name, ...Object.entries(attributes).map(([key, value]) => `${key}="${escapeXml(value)}"`)];
  return children.length === 0
    ? `<${start.join(' ')} />`
    : `<${start.join(' ')}>${children.join('')}</${name}>`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** @internal */
export const escapeXml = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
