// Proves: the documents and the page to read them are served, from this server alone. Does not prove how the
// page looks.
import assert from 'node:assert/strict';
import { Validator } from '@seriousme/openapi-schema-validator';
import { fastify } from 'fastify';
import { addDocs } from '../../../local/gateway/docs.ts';
import { createAsyncApiDocument } from '../../../runtime/contracts/asyncapi.ts';
import { createOpenApiDocument } from '../../../runtime/contracts/openapi.ts';

describe('the gateway’s documents', () => {
  const server = fastify();
  let base: string;
  before(async () => {
    await addDocs(server, {
      openApi: createOpenApiDocument({ serverUrl: 'http://127.0.0.1:8080' }),
      asyncApi: createAsyncApiDocument(),
      consoleUrl: 'http://127.0.0.1:8081',
    });
    base = await server.listen({ host: '127.0.0.1', port: 0 });
  });
  after(() => server.close());

  const text = async (path: string) => {
    const response = await fetch(base + path);
    assert.equal(response.status, 200, path);
    return { type: response.headers.get('content-type') ?? '', body: await response.text(), response };
  };

  it('has the OpenAPI and the AsyncAPI document as JSON', async () => {
    const openApi = await text('/openapi.json');
    assert.match(openApi.type, /^application\/json/);
    assert.deepEqual(await new Validator().validate(JSON.parse(openApi.body)), { valid: true });
    const asyncApi = await text('/asyncapi.json');
    assert.equal(JSON.parse(asyncApi.body).asyncapi, '3.0.0');
  });

  it('has a page whose every part comes from here', async () => {
    const page = await text('/docs');
    assert.match(page.type, /^text\/html/);
    assert.match(page.response.headers.get('content-security-policy') ?? '', /default-src 'self'/);
    const parts = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] as string);
    assert.equal(parts.length, 3);
    for (const part of parts) {
      assert.ok(part.startsWith('/'), part);
      assert.ok((await text(part)).body.length > 50, part);
    }
  });

  it('serves no other file of the page’s package', async () => {
    for (const path of ['/docs/assets/package.json', '/docs/assets/', '/docs/assets/../package.json']) {
      assert.equal((await fetch(base + path)).status, 404, path);
    }
  });

  it('says on / where things are', async () => {
    const { body } = await text('/');
    for (const link of ['/docs', '/openapi.json', '/asyncapi.json', 'http://127.0.0.1:8081']) {
      assert.ok(body.includes(`href="${link}"`), link);
    }
  });
});
