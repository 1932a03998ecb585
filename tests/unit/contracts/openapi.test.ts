// Proves: the OpenAPI document is valid 3.1, names every route of the contract with its service, access and
// problems, and refuses unknown fields. It does not prove that the services answer as it says: e2e does.
import assert from 'node:assert/strict';
import { Validator } from '@seriousme/openapi-schema-validator';
import { apiRoutes } from '../../../runtime/contracts/api/index.ts';
import { createOpenApiDocument, furtherAnswers, gatewayRoutes } from '../../../runtime/contracts/openapi.ts';

const document = createOpenApiDocument({ serverUrl: 'http://127.0.0.1:8080' });
const plain = JSON.parse(JSON.stringify(document)) as Record<string, unknown>;

function operationOf(path: string, method: string) {
  const operation = document.paths[path]?.[method.toLowerCase()];
  assert.ok(operation, `${method} ${path} is in the document`);
  return operation;
}

/** Every object schema in a value, wherever it stands. */
function objectSchemas(value: unknown): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return [];
  const below = Object.values(value).flatMap(objectSchemas);
  const schema = value as Record<string, unknown>;
  return schema.type === 'object' && schema.properties ? [schema, ...below] : below;
}

describe('the OpenAPI document', () => {
  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    const result = await validator.validate(plain);
    assert.deepEqual(result, { valid: true });
    assert.equal(validator.version, '3.1');
  });

  it('has every route of the contract, and nothing else but the gateway’s own', () => {
    const expected = apiRoutes.map((spec) => `${spec.method} ${spec.path} ${spec.service} ${spec.access}`);
    const found = gatewayRoutes(document).map(
      (route) => `${route.method} ${route.path} ${route.service} ${route.access}`,
    );
    assert.deepEqual(found.sort(), [...expected].sort());
    const own = Object.keys(document.paths).filter((path) => !apiRoutes.some((spec) => spec.path === path));
    assert.deepEqual(own, ['/health', '/ready']);
  });

  it('gives each operation its own id', () => {
    const ids = Object.values(document.paths)
      .flatMap((operations) => Object.values(operations))
      .map((operation) => operation.operationId);
    assert.equal(new Set(ids).size, ids.length);
  });

  for (const spec of apiRoutes) {
    describe(`${spec.method} ${spec.path}`, () => {
      const operation = () => operationOf(spec.path, spec.method);

      it('asks for a token exactly when the route is not public', () => {
        assert.deepEqual(operation().security, spec.access === 'public' ? [] : [{ bearer: [] }]);
        assert.equal(
          '401' in operation().responses,
          spec.access !== 'public' || spec.operationId === 'login',
        );
        if (spec.access === 'admin') assert.ok('403' in operation().responses);
      });

      it('names every path parameter, required', () => {
        const named = [...spec.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
        const given = (operation().parameters ?? []) as { in: string; name: string; required: boolean }[];
        assert.deepEqual(
          given.filter((parameter) => parameter.in === 'path').map(({ name, required }) => [name, required]),
          named.map((name) => [name, true]),
        );
      });

      it('refuses unknown fields in requests and promises none in answers', () => {
        const { requestBody, responses } = operation();
        for (const schema of objectSchemas([requestBody, responses])) {
          assert.equal(schema.additionalProperties, false, JSON.stringify(schema).slice(0, 200));
        }
      });

      it('has all its answers, with problems as problem documents', () => {
        const { responses } = operation();
        for (const status of Object.keys(spec.responses)) assert.ok(status in responses, status);
        for (const [status, response] of Object.entries(responses)) {
          if (Number(status) < 400 || status === 'default') continue;
          assert.deepEqual(Object.keys((response as { content: object }).content), [
            'application/problem+json',
          ]);
        }
      });
    });
  }

  it('documents query parameters by what they mean, optional where there is a default', () => {
    const parameters = operationOf('/api/products', 'GET').parameters as {
      name: string;
      required: boolean;
      schema: object;
    }[];
    const limit = parameters.find((parameter) => parameter.name === 'limit');
    assert.deepEqual(limit, {
      name: 'limit',
      in: 'query',
      required: false,
      schema: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
    });
  });

  it('has further answers only for operations that exist', () => {
    const ids = new Set(apiRoutes.map((spec) => spec.operationId));
    assert.deepEqual(
      Object.keys(furtherAnswers).filter((id) => !ids.has(id)),
      [],
    );
  });

  it('names a server only when given one', () => {
    assert.deepEqual(document.servers, [{ url: 'http://127.0.0.1:8080' }]);
    assert.equal(createOpenApiDocument().servers, undefined);
  });
});
