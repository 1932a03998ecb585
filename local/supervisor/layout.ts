import type { DatabaseRole } from '../postgres/databases.ts';
import { claimPort, freePort } from './ports.ts';
import type { Secrets } from './secrets.ts';
import type { LocalSettings } from './settings.ts';

/** Where everything of one running shop is. */
export interface Layout {
  readonly dataDir: string;
  readonly ports: Readonly<Record<Place, number>>;
  /** The gateway as this machine reaches it. */
  readonly gatewayUrl: string;
  /** The gateway as the world knows it, and the issuer of tokens. */
  readonly publicUrl: string;
  readonly consoleUrl: string;
  readonly userUrl: string;
  readonly productUrl: string;
  readonly functionsUrl: string;
  /** One database and role per service, and one for all functions with their documents and the bus. */
  readonly roles: Readonly<Record<DatabaseName, DatabaseRole>>;
  /** Connection strings. */
  readonly databases: Readonly<Record<DatabaseName, string>>;
  readonly host: string;
  readonly tokenAudience: string;
  readonly tokenKeysFile: string;
  /** The environment of what works with a cloud's stand-ins. */
  readonly cloud: Readonly<Record<string, string>>;
}

export type DatabaseName = 'user' | 'product' | 'shop';
const innerPlaces = [
  'user',
  'product',
  'functions',
  'postgres',
  // Where the shop stands on a cloud's stand-ins, and each function is a process.
  'documents',
  'messages',
  'administration',
  'secrets',
  'order',
  'inventory',
  'payment',
  'notification',
] as const;
export type Place = 'gateway' | 'console' | (typeof innerPlaces)[number];
export type Ports = Readonly<Record<Place, number>>;

/**
 * The two ports that people know are as set; the inner ones are any free ones, the same as long as the
 * supervisor lives.
 * @param patienceMs how long to wait for what a killed shop may still hold
 * @throws StartError that names the setting when one is taken
 */
export async function claimPorts(settings: LocalSettings, patienceMs: number): Promise<Ports> {
  const [gateway, console] = await Promise.all([
    claimPort({ setting: 'PORT', host: settings.host, port: settings.port }, patienceMs),
    claimPort({ setting: 'CONSOLE_PORT', host: '127.0.0.1', port: settings.consolePort }, patienceMs),
  ]);
  const inner = await Promise.all(innerPlaces.map(async (place) => [place, await freePort()] as const));
  return { gateway, console, ...(Object.fromEntries(inner) as Record<(typeof innerPlaces)[number], number>) };
}

/** @param cloud the environment of what works with a cloud's stand-ins @default none */
export function layOut(
  settings: LocalSettings,
  ports: Ports,
  secrets: Secrets,
  cloud: Layout['cloud'] = {},
): Layout {
  const { passwords, tokenKeysFile } = secrets;
  const local = (port: number) => `http://127.0.0.1:${port}`;
  const gatewayUrl = `http://${reachable(settings.host)}:${ports.gateway}`;
  const roles = {
    user: { database: 'user_db', role: 'user_service', password: passwords.user_service },
    product: { database: 'product_db', role: 'product_service', password: passwords.product_service },
    shop: { database: 'shop', role: 'shop', password: passwords.shop },
  };
  const urlOf = ({ database, role, password }: DatabaseRole) =>
    `postgresql://${role}:${encodeURIComponent(password)}@127.0.0.1:${ports.postgres}/${database}`;
  return {
    dataDir: settings.dataDir,
    ports,
    gatewayUrl,
    publicUrl: settings.publicUrl ?? gatewayUrl,
    consoleUrl: local(ports.console),
    userUrl: local(ports.user),
    productUrl: local(ports.product),
    functionsUrl: local(ports.functions),
    roles,
    databases: { user: urlOf(roles.user), product: urlOf(roles.product), shop: urlOf(roles.shop) },
    host: settings.host,
    tokenAudience: settings.tokenAudience,
    tokenKeysFile,
    cloud,
  };
}

/** An address to connect to, for one to listen on. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
