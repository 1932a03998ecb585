import { createHash } from 'node:crypto';
import type { Made, PackageModel, ResourceModel } from '../model.ts';
import { isObject } from '../values.ts';

/** Random values: of the right length and alphabet, and only as random as a test needs. */

const everything = (...names: string[]): ResourceModel => ({ forceNew: ['keepers', ...names] });
const alphabet = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

function bytes({ cloud }: Made, length: number): Buffer {
  const chunks = Array.from({ length: Math.ceil(length / 32) }, () =>
    createHash('sha256').update(cloud.random(64)).digest(),
  );
  return Buffer.concat(chunks).subarray(0, length);
}

/** Nothing of it changes once it is made. */
const once = (make: (made: Made) => ReturnType<NonNullable<ResourceModel['outputs']>>): ResourceModel => ({
  id: ({ cloud }) => cloud.random(16),
  outputs: (made) => (Object.keys(made.before).length > 0 ? made.before : make(made)),
});

const password = once((made) => {
  const characters = [...bytes(made, Number(made.inputs.length))].map(
    (byte) => alphabet[byte % alphabet.length],
  );
  const result = characters.join('');
  return {
    result: made.inputs.upper === false ? result.toLowerCase() : result,
    bcryptHash: `$2a$10$${made.cloud.random(53)}`,
  };
});

const uuid = once((made) => {
  const digits = bytes(made, 16).toString('hex');
  return { result: digits.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-a$4-$5') };
});

const settings = [
  'length',
  'lower',
  'upper',
  'numeric',
  'special',
  'overrideSpecial',
  'minLower',
  'minUpper',
  'minNumeric',
  'minSpecial',
];

export const randomPackage: PackageModel = {
  functions: {},
  resources: {
    'random:index/randomBytes:RandomBytes': {
      ...everything('length'),
      ...once((made) => {
        const value = bytes(made, Number(made.inputs.length));
        return { base64: value.toString('base64'), hex: value.toString('hex') };
      }),
    },
    'random:index/randomId:RandomId': {
      ...everything('byteLength', 'prefix'),
      ...once((made) => {
        const value = bytes(made, Number(made.inputs.byteLength));
        const prefix = String(made.inputs.prefix ?? '');
        return {
          hex: prefix + value.toString('hex'),
          b64Std: prefix + value.toString('base64'),
          b64Url: prefix + value.toString('base64url'),
          dec: prefix + BigInt(`0x${value.toString('hex')}`).toString(),
        };
      }),
    },
    'random:index/randomInteger:RandomInteger': {
      ...everything('min', 'max', 'seed'),
      ...once(({ inputs }) => ({ result: inputs.min })),
    },
    'random:index/randomPassword:RandomPassword': { ...everything(...settings), ...password },
    'random:index/randomPet:RandomPet': {
      ...everything('length', 'prefix', 'separator'),
      ...once(({ cloud }) => ({ result: `simulated-${cloud.random(6)}` })),
    },
    'random:index/randomString:RandomString': { ...everything(...settings), ...password },
    'random:index/randomUuid:RandomUuid': { ...everything(), ...uuid },
  },
  every: {
    check: ({ type, inputs }) =>
      isObject(inputs.keepers) || inputs.keepers === undefined ? [] : [`keepers of ${type} must be a map`],
  },
};
