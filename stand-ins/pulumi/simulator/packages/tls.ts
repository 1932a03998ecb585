import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { Made, PackageModel } from '../model.ts';

/** Keys are real ones, for programs compute with them. Certificates are not made. */

function pair({ algorithm, rsaBits, ecdsaCurve }: Made['inputs']) {
  if (algorithm === 'RSA') return generateKeyPairSync('rsa', { modulusLength: Number(rsaBits ?? 2048) });
  if (algorithm === 'ED25519') return generateKeyPairSync('ed25519');
  const curve = String(ecdsaCurve ?? 'P224')
    .replace(/^P224$/, 'secp224r1')
    .replace(/^P/, 'P-');
  return generateKeyPairSync('ec', { namedCurve: curve });
}

function keyOutputs(made: Made) {
  if (Object.keys(made.before).length > 0) return made.before;
  const { privateKey, publicKey } = pair(made.inputs);
  const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const traditional =
    made.inputs.algorithm === 'RSA' ? privateKey.export({ type: 'pkcs1', format: 'pem' }).toString() : pkcs8;
  const publicDer = createPublicKey(publicKey.export({ type: 'spki', format: 'pem' })).export({
    type: 'spki',
    format: 'der',
  });
  return {
    privateKeyPem: traditional,
    privateKeyPemPkcs8: pkcs8,
    privateKeyOpenssh: traditional,
    publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    publicKeyOpenssh: `ssh-simulated ${publicDer.toString('base64')}`,
    publicKeyFingerprintMd5: createHash('md5').update(publicDer).digest('hex'),
    publicKeyFingerprintSha256: `SHA256:${createHash('sha256').update(publicDer).digest('base64')}`,
  };
}

export const tlsPackage: PackageModel = {
  functions: {},
  resources: {
    'tls:index/privateKey:PrivateKey': {
      id: ({ cloud }) => cloud.random(40),
      forceNew: ['algorithm', 'rsaBits', 'ecdsaCurve'],
      defaults: { rsaBits: 2048, ecdsaCurve: 'P224' },
      outputs: keyOutputs,
    },
  },
};
