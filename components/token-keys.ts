import { createPublicKey } from 'node:crypto';
import * as pulumi from '@pulumi/pulumi';
import * as tls from '@pulumi/tls';
import { openIdConfiguration } from '../services/user/discovery.ts';
import { type KeyRing, parseKeys, thumbprint } from '../services/user/keys.ts';
import type { StaticSite } from './contract.ts';

/**
 * The key that signs tokens, and the two documents by which everybody checks them. They are files of a site and not an
 * answer of the shop: a gateway reads them when it is made, and so before there is a shop behind it.
 */
export class TokenKeys extends pulumi.ComponentResource {
  /** To the letter as it stands in every token. */
  readonly issuer: pulumi.Output<string>;
  readonly jwksUrl: pulumi.Output<string>;
  /** In the form of the user service's key file. */
  readonly keyFile: pulumi.Output<string>;
  /** That the documents can be read. */
  readonly ready: readonly pulumi.Resource[];

  constructor(site: StaticSite, protect: boolean, options: pulumi.ComponentResourceOptions) {
    super('ecommerce:index:TokenKeys', 'token-keys', {}, options);
    // RSA, for the gateways of all clouds check RS256 and some nothing else.
    const key = new tls.PrivateKey('signing', { algorithm: 'RSA', rsaBits: 2048 }, { parent: this, protect });
    this.keyFile = pulumi.secret(key.privateKeyPemPkcs8.apply(keyFileOf));
    this.issuer = site.url;
    this.jwksUrl = pulumi.interpolate`${site.url}/.well-known/jwks.json`;
    // Public, though it is made from a secret.
    const jwks = pulumi.unsecret(this.keyFile.apply(jwksOf));
    const configuration = site.url.apply((issuer) => JSON.stringify(openIdConfiguration(issuer)));
    this.ready = [
      site.put('/.well-known/jwks.json', jwks, 'application/json'),
      site.put('/.well-known/openid-configuration', configuration, 'application/json'),
      ...site.ready,
    ];
    this.registerOutputs({ issuer: this.issuer });
  }
}

function keyFileOf(privateKey: string): string {
  return JSON.stringify({ keys: [{ kid: thumbprint(createPublicKey(privateKey)), privateKey }] });
}

function jwksOf(keyFile: string): string {
  const keys: ReturnType<KeyRing['current']> = parseKeys(keyFile);
  return JSON.stringify({ keys: keys.map(({ jwk }) => jwk) });
}
