import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OpenApiDocument } from '../../../runtime/contracts/openapi.ts';
import { type Client, createClient } from './client.ts';
import { cleanUp, deployedUrl } from './deployed.ts';
import { type LocalShop, startLocalShop, uniqueName } from './shop.ts';

/**
 * The shop that a suite talks to. With SHOP_URL it is one that is deployed (SHOP_ADMIN_USERNAME and
 * SHOP_ADMIN_PASSWORD name an administrator of it; `npm run e2e` sets all three); otherwise one on this machine, started when the first suite
 * asks and shared by all of this mocha process.
 */
export interface Target {
  readonly url: string;
  readonly client: Client;
  readonly adminToken: string;
  readonly openApi: OpenApiDocument;
  /** Only there on this machine. */
  readonly local?: LocalParts;
}

export interface LocalParts {
  readonly shop: LocalShop;
  /** Base URLs of the processes by name, as each said where it listens. */
  readonly processes: ReadonlyMap<string, string>;
  /** The key that signs the shop's tokens. */
  readonly signingKey: { readonly kid: string; readonly privateKey: string };
  readonly webhookSecret: string;
  /** Reads the console. */
  console<Body>(path: string): Promise<Body>;
  inbox(address: string): Promise<{ subject: string; text: string; html: string; messageId: string }[]>;
  /** Makes an administrator by the `admin` command, and answers with their token. */
  admin(username: string): Promise<string>;
}

let opened: Promise<Target> | undefined;

/** Begin a suite with it: `before(async function () { this.timeout(120_000); shop = await target(); })`. */
export function target(): Promise<Target> {
  opened ??= deployedUrl === undefined ? openLocal() : openDeployed(deployedUrl);
  return opened;
}

/** A case that needs the console, the databases or the keys of this machine: skipped, with the reason, elsewhere. */
export function localOnly(title: string, why: string, work: Mocha.AsyncFunc): void {
  if (deployedUrl === undefined) it(title, work);
  else it(`${title} (skipped from outside: ${why})`);
}

/** A root hook, for this module is loaded outside of any suite: after the last case of the mocha process. */
after('the shop is stopped, or left as it was', async function () {
  this.timeout(deployedUrl === undefined ? 30_000 : 600_000);
  const open = await opened?.catch(() => undefined);
  if (open?.local) await open.local.shop.close();
  else if (open) await cleanUp(open.client, open.adminToken);
});

async function openDeployed(url: string): Promise<Target> {
  const { SHOP_ADMIN_USERNAME: username, SHOP_ADMIN_PASSWORD: password } = process.env;
  if (!username || !password) {
    throw new Error('SHOP_URL needs SHOP_ADMIN_USERNAME and SHOP_ADMIN_PASSWORD of an administrator there');
  }
  const client = createClient(url);
  const adminToken = await client.login(username, password);
  if (!adminToken) throw new Error(`${username} could not log in at ${url}`);
  return { url, client, adminToken, openApi: await document(client) };
}

async function openLocal(): Promise<Target> {
  const webhookSecret = randomBytes(24).toString('hex');
  const shop = await startLocalShop({
    // The suites look at the log lines and at every trace; and they are one caller with many bad logins.
    LOG_LEVEL: 'debug',
    TRACES_PER_SECOND: '100000',
    RATE_LIMIT_PER_MINUTE: '0',
    LOGIN_FAILURES_PER_ADDRESS: '1000000',
    PAYMENT_DEADLINE_MS: '800',
    PAYMENT_WEBHOOK_SECRET: webhookSecret,
  });
  try {
    const client = createClient(shop.url);
    const keys = JSON.parse(await readFile(join(shop.dataDir, 'token-keys.json'), 'utf8'));
    const admin = async (username: string) => {
      const password = randomBytes(12).toString('hex');
      const args = ['create', '--username', username, '--email', `${username}@example.com`];
      const { code, output } = await shop.command('admin', args, { ADMIN_PASSWORD: password });
      if (code !== 0) throw new Error(`the admin command ended with ${code}: ${output}`);
      return client.login(username, password);
    };
    const readConsole = async <Body>(path: string) => {
      const response = await fetch(shop.consoleUrl + path, { signal: AbortSignal.timeout(10_000) });
      if (response.status !== 200) throw new Error(`the console answered ${response.status} to ${path}`);
      return (await response.json()) as Body;
    };
    const local: LocalParts = {
      shop,
      processes: addresses(shop.output()),
      signingKey: keys.keys[0],
      webhookSecret,
      console: readConsole,
      inbox: async (address) => {
        const path = `/api/inbox?to=${encodeURIComponent(address)}`;
        return (await readConsole<{ items: [] }>(path)).items;
      },
      admin,
    };
    const adminToken = await admin(uniqueName('admin'));
    return { url: shop.url, client, adminToken, openApi: await document(client), local };
  } catch (error) {
    await shop.close();
    throw error;
  }
}

async function document(client: Client): Promise<OpenApiDocument> {
  const { status, body } = await client.call<OpenApiDocument>('GET', '/openapi.json');
  if (status !== 200) throw new Error(`GET /openapi.json answered ${status}`);
  return body;
}

/** Where each process listens, from its own log line. */
function addresses(output: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const line of output.split('\n')) {
    if (!line.startsWith('{')) continue;
    const { service, msg, address } = JSON.parse(line);
    if (msg === 'listening') found.set(service, `http://127.0.0.1:${address.port}`);
  }
  return found;
}
