// Proves: the AsyncAPI document is valid 3.0, has every event type, and its payload schemas accept what
// makeEvent makes and refuse what parseEvent refuses. It does not prove who really listens.
import assert from 'node:assert/strict';
import asyncApiSpecs from '@asyncapi/specs';
import { Ajv } from 'ajv';
import ajvFormats from 'ajv-formats';
import { createAsyncApiDocument } from '../../../runtime/contracts/asyncapi.ts';
import { eventSchemas } from '../../../runtime/contracts/events/index.ts';
import { makeEvent } from '../../../runtime/contracts/events/make.ts';

const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: true });
ajvFormats.default(ajv);
const plain = (value: unknown) => JSON.parse(JSON.stringify(value));

function payloadCheck(type: string) {
  const message = createAsyncApiDocument().components.messages[type] as { payload: object };
  return ajv.compile(plain(message.payload));
}

const orderId = 'ORD-01K9GZ6Q7W3V8B5N2M4X6Y8T0R';

describe('the AsyncAPI document', () => {
  it('is valid AsyncAPI 3.0, with consumers and without', () => {
    // The specification brings its own copy of the JSON Schema draft.
    const specAjv = new Ajv({ strict: false, allErrors: true, meta: false, validateSchema: false });
    ajvFormats.default(specAjv);
    const validate = specAjv.compile(asyncApiSpecs.schemas['3.0.0'] as object);
    for (const consumers of [
      [],
      [{ name: 'order', types: ['payment.captured', 'payment.failed'] as const }],
    ]) {
      validate(plain(createAsyncApiDocument({ consumers })));
      assert.deepEqual(validate.errors ?? [], []);
    }
    assert.equal(validate({ ...plain(createAsyncApiDocument()), channels: [] }), false);
  });

  it('has a channel, a message and a sender for every event type', () => {
    const { channels, components, operations } = createAsyncApiDocument();
    const types = Object.keys(eventSchemas).sort();
    assert.deepEqual(Object.keys(channels).sort(), types);
    assert.deepEqual(Object.keys(components.messages).sort(), types);
    assert.deepEqual(
      Object.keys(operations).sort(),
      types.map((type) => `${type.split('.')[0]}-sends-${type}`).sort(),
    );
  });

  it('lists each consumer with what it receives', () => {
    const { operations } = createAsyncApiDocument({
      consumers: [{ name: 'mailer', types: ['order.confirmed'] }],
    });
    assert.deepEqual(operations['mailer-receives-order.confirmed'], {
      action: 'receive',
      title: 'mailer',
      channel: { $ref: '#/channels/order.confirmed' },
      messages: [{ $ref: '#/channels/order.confirmed/messages/order.confirmed' }],
    });
  });

  it('describes events as they are made', () => {
    const validate = payloadCheck('payment.captured');
    const event = plain(
      makeEvent('payment.captured', orderId, 3, { orderId, amount: 4_200, currency: 'EUR' }),
    );
    validate(event);
    assert.deepEqual(validate.errors ?? [], []);
    assert.equal(validate({ ...event, type: 'payment.failed' }), false);
    assert.equal(validate({ ...event, data: { ...event.data, extra: 1 } }), false);
    assert.equal(validate({ ...event, data: { orderId, amount: 0.5, currency: 'EUR' } }), false);
  });
});
