/**
 * Proves: password hashes are written and read in the PHC format, by an example made elsewhere and by a round
 * trip; what is no such hash is refused without being repeated.
 * Does not prove: that argon2id itself is right (Node's tests do); see passwords.test.ts for its use.
 */
import assert from 'node:assert/strict';
import { argon2Sync } from 'node:crypto';
import { encodePhc, parsePhc } from '../../../services/user/phc.ts';

// The argon2id vector of the reference implementation (phc-winner-argon2, src/test.c): t=2, m=2^16, p=1.
const reference = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';

describe('PHC strings', () => {
  it('reads the reference implementation’s, and its tag comes out again', () => {
    const { parameters, salt, tag } = parsePhc(reference);
    assert.deepEqual(parameters, { memory: 65_536, passes: 2, parallelism: 1 });
    assert.equal(salt.toString(), 'somesalt');
    const again = argon2Sync('argon2id', {
      message: 'password',
      nonce: salt,
      tagLength: tag.length,
      ...parameters,
    });
    assert.equal(again.toString('hex'), tag.toString('hex'));
  });

  it('writes what it read, without padding', () => {
    assert.equal(encodePhc(parsePhc(reference)), reference);
  });

  for (const [what, text] of Object.entries({
    'an empty text': '',
    'plain text': 'correct horse battery staple',
    argon2i: reference.replace('argon2id', 'argon2i'),
    'an older version': reference.replace('v=19', 'v=16'),
    'padded base64': `${reference}=`,
    'something after it': `${reference}$x`,
  })) {
    it(`refuses ${what}, and does not repeat it`, () => {
      assert.throws(
        () => parsePhc(text),
        (error: Error) => /PHC/.test(error.message) && (text === '' || !error.message.includes(text)),
      );
    });
  }
});
