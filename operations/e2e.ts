/**
 * The end-to-end suite from outside, against a shop that is deployed: of a stack, or at a URL.
 *
 * The first administrator is who makes products and stock there. The password is read from the stack's secret by the
 * cloud's own CLI, and told to nobody but the tests.
 */
import { spawn } from 'node:child_process';
import { Command, Option } from 'commander';
import { adminPassword } from './admin-password.ts';
import { FixableError, shown } from './fixable.ts';
import { run } from './run.ts';
import { platformConfigOf, readStackConfig, readStackOutputs } from './stack.ts';

interface Options {
  readonly stack?: string;
  readonly url?: string;
  readonly grep?: string;
}

interface Shop {
  readonly url: string;
  readonly username: string;
  readonly password: string;
}

const program = new Command('e2e')
  .description('Runs the end-to-end suite against a deployed shop, from outside only')
  .addOption(new Option('--stack <name>', 'the stack whose shop it is').conflicts('url'))
  .option(
    '--url <url>',
    'where the gateway is; ADMIN_PASSWORD, and ADMIN_USERNAME if it is not admin, open it',
  )
  .option('--grep <text>', 'only the tests whose title matches, as mocha does');

async function shopOf(stack: string): Promise<Shop> {
  const [config, outputs] = await Promise.all([readStackConfig(run, stack), readStackOutputs(run, stack)]);
  const { cloud, region, adminUsername } = platformConfigOf(stack, config);
  const { gatewayUrl, adminPasswordSecret } = outputs;
  if (typeof gatewayUrl !== 'string' || typeof adminPasswordSecret !== 'string')
    throw new FixableError(`the stack ${stack} does not say where its shop is`, `pulumi up --stack ${stack}`);
  return {
    url: gatewayUrl,
    username: process.env.ADMIN_USERNAME || adminUsername,
    password: process.env.ADMIN_PASSWORD || (await adminPassword(run, cloud, region, adminPasswordSecret)),
  };
}

function shopAt(url: string): Shop {
  const { ADMIN_USERNAME: username = 'admin', ADMIN_PASSWORD: password } = process.env;
  if (!URL.canParse(url)) throw new FixableError(`${url} is no URL`, 'npm run e2e -- --url https://…');
  if (!password)
    throw new FixableError(
      'there is no password of an administrator',
      `ADMIN_PASSWORD=… npm run e2e -- --url ${url}`,
    );
  return { url, username, password };
}

/** @returns the exit code of the tests */
function test({ url, username, password }: Shop, grep: string | undefined): Promise<number> {
  const filter = grep === undefined ? [] : ['--grep', grep];
  // `--long` lets it take what a cloud takes.
  const child = spawn(process.execPath, ['scripts/test.ts', 'e2e-deployed', '--long', ...filter], {
    stdio: 'inherit',
    env: { ...process.env, SHOP_URL: url, SHOP_ADMIN_USERNAME: username, SHOP_ADMIN_PASSWORD: password },
  });
  return new Promise((done) => child.once('exit', (code) => done(code ?? 1)));
}

try {
  const { stack, url, grep } = program.parse().opts<Options>();
  if (stack === undefined && url === undefined)
    throw new FixableError('nothing says which shop', 'npm run e2e -- --stack aws');
  const shop = stack === undefined ? shopAt(url as string) : await shopOf(stack);
  console.log(`the shop at ${shop.url}, as ${shop.username}`);
  process.exitCode = await test(shop, grep);
} catch (error) {
  console.error(shown(error));
  process.exitCode = 1;
}
