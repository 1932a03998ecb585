import * as pulumi from '@pulumi/pulumi';
import * as random from '@pulumi/random';
import * as tls from '@pulumi/tls';
import type { EntranceKey } from './contract.ts';

const validHours = 10 * 365 * 24;

/**
 * What a public way into the cluster is locked with: a certificate, so that nobody reads along, and a key that only
 * the cloud's gateway knows. The certificate vouches for no name, for nobody comes by one.
 */
export class EntranceLock extends pulumi.ComponentResource {
  readonly key: EntranceKey;
  readonly certificate: pulumi.Output<string>;
  readonly privateKey: pulumi.Output<string>;

  constructor(options: pulumi.ComponentResourceOptions) {
    super('ecommerce:index:EntranceLock', 'entrance-lock', {}, options);
    const child = { parent: this };
    const pair = new tls.PrivateKey('entrance', { algorithm: 'RSA', rsaBits: 2048 }, child);
    const certificate = new tls.SelfSignedCert(
      'entrance',
      {
        privateKeyPem: pair.privateKeyPem,
        subject: { commonName: 'entrance' },
        dnsNames: ['entrance'],
        validityPeriodHours: validHours,
        allowedUses: ['digital_signature', 'key_encipherment', 'server_auth'],
      },
      child,
    );
    const password = new random.RandomPassword('entrance-key', { length: 32, special: false }, child);
    this.key = { header: 'x-entrance-key', value: password.result };
    this.certificate = certificate.certPem;
    this.privateKey = pair.privateKeyPemPkcs8;
    this.registerOutputs();
  }
}
