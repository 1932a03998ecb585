import assert from 'node:assert/strict';
import { type GatewayRoute, gatewayRoutes } from '../../../runtime/contracts/openapi.ts';
import type { JsonSchema } from './bad-values.ts';
import type { Answer } from './client.ts';
import { type Fixtures, makeFixtures, validRequest } from './requests.ts';
import { type Target, target } from './target.ts';

/** A request that a route must answer with one of these statuses. */
export interface Attempt {
  readonly what: string;
  readonly route: GatewayRoute;
  readonly path?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly statuses: readonly number[];
  /** What `errors[].field` must name. */
  readonly field?: string;
}

/** What the suites of bad input stand on. */
export type BadInput = Awaited<ReturnType<typeof open>>;

let opened: Promise<BadInput> | undefined;

/** One for all suites of this mocha process, as {@link target} is. */
export function badInput(): Promise<BadInput> {
  opened ??= open();
  return opened;
}

async function open() {
  const shop: Target = await target();
  const routes: readonly GatewayRoute[] = gatewayRoutes(shop.openApi);
  const fixtures: Fixtures = await makeFixtures(shop);

  const tokenFor = ({ access }: GatewayRoute) =>
    access === 'public' ? undefined : access === 'admin' ? shop.adminToken : fixtures.owner.token;
  const operation = (route: GatewayRoute) => shop.openApi.paths[route.path]?.[route.method.toLowerCase()];
  const bodySchema = (route: GatewayRoute) => {
    const content = operation(route)?.requestBody as
      | { content: { 'application/json': { schema: JsonSchema } } }
      | undefined;
    return content?.content['application/json'].schema;
  };
  const withBody = () => routes.filter((route) => bodySchema(route)?.properties !== undefined);
  const parameters = (route: GatewayRoute, place: 'query' | 'path' | 'header') =>
    ((operation(route)?.parameters ?? []) as { name: string; in: string; schema: JsonSchema }[]).filter(
      (parameter) => parameter.in === place,
    );

  const send = (attempt: Omit<Attempt, 'statuses' | 'what'>): Promise<Answer> => {
    const { route } = attempt;
    const valid = validRequest(route, fixtures);
    return shop.client.call(route.method, attempt.path ?? valid.path, {
      token: tokenFor(route),
      body: attempt.body,
      headers: { ...valid.headers, ...attempt.headers },
    });
  };

  /** What was not answered as it must be. */
  const deviations = async (attempts: readonly Attempt[]): Promise<string[]> => {
    assert.ok(attempts.length > 0, 'there is something to try');
    const found: string[] = [];
    for (let begin = 0; begin < attempts.length; begin += 16) {
      const batch = attempts.slice(begin, begin + 16);
      const answers = await Promise.all(batch.map(send));
      answers.forEach((answer, index) => {
        const attempt = batch[index] as Attempt;
        const fault = faultOf(attempt, answer);
        if (fault !== undefined) found.push(`${attempt.route.operationId}, ${attempt.what}: ${fault}`);
      });
    }
    return found;
  };
  const faultOf = ({ statuses, field }: Attempt, answer: Answer): string | undefined => {
    const said = `${answer.status} ${JSON.stringify(answer.body)?.slice(0, 300)}`;
    if (!statuses.includes(answer.status)) return said;
    if (answer.status < 400) return undefined;
    // A cloud gateway's own refusals are not the shop's to shape.
    if (!shop.local && answer.status !== 400) return undefined;
    if (!isProblem(answer)) return `no problem document: ${said}`;
    const fields = ((answer.body.errors ?? []) as { field: string; message: string }[]).map((e) => e.field);
    if (field !== undefined && answer.status === 400 && !fields.includes(field))
      return `not named ${field}: ${said}`;
    return undefined;
  };
  const isProblem = ({ status, headers, body }: Answer) =>
    /^application\/problem\+json/.test(headers.get('content-type') ?? '') &&
    body.status === status &&
    typeof body.title === 'string' &&
    typeof body.detail === 'string' &&
    (body.errors === undefined || Array.isArray(body.errors));

  const onEveryBody = (
    make: (route: GatewayRoute, valid: Record<string, unknown>) => Omit<Attempt, 'route'>[],
  ) =>
    withBody().flatMap((route) =>
      make(route, validRequest(route, fixtures).body as Record<string, unknown>).map((attempt) => ({
        ...attempt,
        route,
      })),
    );

  return {
    shop,
    routes,
    fixtures,
    bodySchema,
    withBody,
    parameters,
    send,
    deviations,
    isProblem,
    onEveryBody,
    tokenFor,
  };
}
