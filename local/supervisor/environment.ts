import type { DatabaseName, Layout, Place } from './layout.ts';

/** A database, a secret or the cloud's addresses, which only those processes get that work with it. */
export type Need = DatabaseName | 'tokenKeys' | 'cloud';

export interface EnvironmentOptions {
  readonly layout: Layout;
  /** Which of the shop's addresses the process listens on. */
  readonly listensOn: Place;
  readonly needs: readonly Need[];
  /** The supervisor's own environment. */
  readonly inherited: NodeJS.ProcessEnv;
}

/**
 * The environment of a child: everything inherited (log level, payment provider, mail server, test switches),
 * then what this shop fixes.
 */
export function childEnvironment(options: EnvironmentOptions): NodeJS.ProcessEnv {
  const { layout, listensOn, needs, inherited } = options;
  const secrets: Record<Need, NodeJS.ProcessEnv> = {
    user: { USER_DATABASE_URL: layout.databases.user },
    product: { PRODUCT_DATABASE_URL: layout.databases.product },
    shop: { SHOP_DATABASE_URL: layout.databases.shop },
    tokenKeys: { TOKEN_KEYS_FILE: layout.tokenKeysFile },
    cloud: layout.cloud,
  };
  return {
    ...withoutLibpq(inherited),
    // Whoever names a collector of their own has their traces there instead of in the console, which does not
    // report to itself.
    OTEL_EXPORTER_OTLP_ENDPOINT:
      inherited.OTEL_EXPORTER_OTLP_ENDPOINT || (listensOn === 'console' ? '' : layout.consoleUrl),
    HOST: listensOn === 'gateway' ? layout.host : '127.0.0.1',
    PORT: String(layout.ports[listensOn]),
    DATA_DIR: layout.dataDir,
    PUBLIC_URL: layout.publicUrl,
    TOKEN_ISSUER: layout.publicUrl,
    TOKEN_AUDIENCE: layout.tokenAudience,
    JWKS_URL: `${layout.userUrl}/.well-known/jwks.json`,
    USER_URL: layout.userUrl,
    PRODUCT_URL: layout.productUrl,
    FUNCTIONS_URL: layout.functionsUrl,
    CONSOLE_URL: layout.consoleUrl,
    ...Object.assign({}, ...needs.map((need) => secrets[need])),
  };
}

/** libpq's variables are meant for another server, and the `pg` package would heed them. */
export function withoutLibpq(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^PG[A-Z]+$/.test(name)));
}
