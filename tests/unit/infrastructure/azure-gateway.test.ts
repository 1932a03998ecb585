/**
 * What the gateway on Azure does with a request, as text that API Management reads. It proves what is written, not what API
 * Management makes of it.
 */
import assert from 'node:assert/strict';
import { escapeXml, type GatewayPolicy, policyXml } from '../../../providers/azure/gateway-policy.ts';

const policy: GatewayPolicy = {
  corsOrigins: [],
  openIdConfiguration: 'https://issuer.test/.well-known/openid-configuration',
  audience: 'shop',
  needToken: ['post-api-orders'],
  backends: [
    { id: 'order', operations: ['post-api-orders', 'get-health'] },
    { id: 'site', operations: ['get-openapi-json'], path: '/openapi.json' },
  ],
  timeoutSeconds: 29,
};

/** What stands between the tags of the only element of that name, or its attributes when it has nothing within. */
function inside(xml: string, name: string): string {
  const found = [...xml.matchAll(new RegExp(`<${name}( [^>]*?)?(/>|>(.*?)</${name}>)`, 'gs'))];
  assert.equal(found.length, 1, `${found.length} elements ${name}`);
  return found[0]?.[3] ?? found[0]?.[1]?.trim() ?? '';
}

describe('the policy of the gateway on Azure', () => {
  it('is well-formed, whatever comes into it', () => {
    const awkward = `a&b<c>"d"'e'`;
    const xml = policyXml({
      ...policy,
      corsOrigins: [`https://${awkward}`],
      audience: awkward,
      frontDoorId: awkward,
      limit: { perSecond: 100, burst: 200 },
    });
    const open: string[] = [];
    const rest = xml.replaceAll(
      /<(\/?)([a-z-]+)((?: [a-z-]+="[^"<]*")*)( \/)?>/g,
      (_, end, name, __, empty) => {
        if (end) assert.equal(open.pop(), name);
        else if (!empty) open.push(name);
        return '';
      },
    );
    assert.deepEqual(open, []);
    assert.doesNotMatch(rest, /[<>"']|&(?!(amp|lt|gt|quot|apos);)/);
    assert.equal(escapeXml(awkward), 'a&amp;b&lt;c&gt;&quot;d&quot;&apos;e&apos;');
  });

  it('asks for a token where one is needed, of the shop’s own issuer and audience', () => {
    const xml = policyXml(policy);
    assert.match(
      xml,
      /<when condition="@\(new \[\] \{ &quot;post-api-orders&quot; \}\.Contains\(context\.Operation\.Id\)\)"><validate-jwt /,
    );
    assert.match(
      inside(xml, 'openid-config'),
      /^url="https:\/\/issuer\.test\/\.well-known\/openid-configuration"$/,
    );
    assert.equal(inside(xml, 'audience'), 'shop');
    assert.doesNotMatch(policyXml({ ...policy, needToken: [] }), /validate-jwt/);
  });

  it('leads each operation to its backend, and to another path where it has one', () => {
    const xml = policyXml(policy);
    assert.match(
      xml,
      /\{ &quot;post-api-orders&quot;, &quot;get-health&quot; \}[^>]*><set-backend-service backend-id="order" \/><\/when>/,
    );
    assert.match(
      xml,
      /\{ &quot;get-openapi-json&quot; \}[^>]*><set-backend-service backend-id="site" \/><rewrite-uri template="\/openapi\.json" \/><\/when>/,
    );
  });

  it('has a limit of calls over as many seconds as a burst lasts', () => {
    assert.doesNotMatch(policyXml(policy), /rate-limit/);
    const limited = (perSecond: number, burst: number) =>
      inside(policyXml({ ...policy, limit: { perSecond, burst } }), 'rate-limit-by-key');
    assert.equal(limited(1000, 2000), 'calls="2000" renewal-period="2" counter-key="shop"');
    assert.equal(limited(100, 10), 'calls="100" renewal-period="1" counter-key="shop"');
  });

  it('lets browsers in that are named, and only its own Front Door', () => {
    assert.doesNotMatch(policyXml(policy), /<cors|check-header/);
    const xml = policyXml({ ...policy, corsOrigins: ['https://shop.test'], frontDoorId: 'mine' });
    assert.equal(inside(xml, 'origin'), 'https://shop.test');
    assert.equal(inside(xml, 'check-header'), '<value>mine</value>');
    // Who is not let in is not told what is limited or allowed.
    assert.ok(xml.indexOf('<check-header') < xml.indexOf('<cors'));
  });

  it('waits for as long as it is told', () => {
    assert.match(inside(policyXml(policy), 'backend'), /^<forward-request timeout="29" \/>$/);
  });
});
