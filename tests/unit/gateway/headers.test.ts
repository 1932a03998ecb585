// Proves: the pure rules for headers and request targets. Does not prove that the gateway applies them: the
// integration tests do, over sockets.
import assert from 'node:assert/strict';
import { callerHeaders, originForm, requestId, upstreamHeaders } from '../../../local/gateway/headers.ts';

const facts = { requestId: 'r1', address: '10.0.0.1', traceparent: '00-a-b-01' };

describe('the headers for an upstream', () => {
  it('are the caller’s, without hop-by-hop, forwarded and named ones, and with the gateway’s facts', () => {
    const headers = upstreamHeaders(
      {
        host: 'h',
        accept: '*/*',
        connection: 'x-one , close',
        'x-one': '1',
        'x-forwarded-for': '6.6.6.6',
        'x-forwarded-new': '1',
        forwarded: 'for=1',
        'content-length': '3',
        expect: '100-continue',
        traceparent: 'old',
        tracestate: 'a=b',
        'x-request-id': 'old',
        'set-cookie': ['a', 'b'],
      },
      facts,
    );
    assert.deepEqual(headers, [
      ...['x-request-id', 'r1', 'x-forwarded-for', '10.0.0.1', 'traceparent', '00-a-b-01'],
      ...['accept', '*/*', 'tracestate', 'a=b', 'set-cookie', 'a', 'set-cookie', 'b'],
    ]);
  });

  it('have no traceparent when there is no trace', () => {
    assert.deepEqual(upstreamHeaders({}, { ...facts, traceparent: undefined }), [
      ...['x-request-id', 'r1', 'x-forwarded-for', '10.0.0.1'],
    ]);
  });
});

describe('the headers for a caller', () => {
  it('are the upstream’s without hop-by-hop and named ones', () => {
    assert.deepEqual(
      callerHeaders({
        'content-type': 'a/b',
        'transfer-encoding': 'chunked',
        connection: 'keep-alive, x-two',
        'keep-alive': 'timeout=5',
        'x-two': '2',
        'set-cookie': ['a', 'b'],
      }),
      { 'content-type': 'a/b', 'set-cookie': ['a', 'b'] },
    );
  });
});

describe('a request id', () => {
  it('is the caller’s when it is short and plain, else new', () => {
    assert.equal(requestId('a-B_1.2:3'), 'a-B_1.2:3');
    for (const bad of [undefined, '', 'a b', 'a\nb', 'é', 'x'.repeat(129), ['a']]) {
      assert.match(requestId(bad), /^[0-9a-f-]{36}$/);
    }
    assert.notEqual(requestId(undefined), requestId(undefined));
  });
});

describe('the target in origin form', () => {
  for (const [given, expected] of [
    ['/api/x?y=%2F', '/api/x?y=%2F'],
    ['http://evil.test/api/x?y', '/api/x?y'],
    ['HTTP://evil.test', '/'],
    ['http://evil.test?y', '/?y'],
    ['*', '/*'],
  ] as const) {
    it(`of ${given} is ${expected}`, () => assert.equal(originForm(given), expected));
  }
});
