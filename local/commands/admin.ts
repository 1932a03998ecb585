import { Command } from 'commander';
import { ProblemError } from '../../runtime/http/problem.ts';
import { Database } from '../../runtime/sql/pool.ts';
import { ensureAdmin } from '../../services/user/admin.ts';
import { createPasswords } from '../../services/user/passwords.ts';
import { type OnOption, onOption, readRunningShop } from './running-shop.ts';

interface CreateOptions extends OnOption {
  readonly username: string;
  readonly email: string;
}

const program = new Command('admin').description('Administrators of the running local shop');
program
  .command('create')
  .description('Make an administrator, or make one of an account. Repeating it changes nothing.')
  .requiredOption('--username <name>', 'user name to log in with')
  .requiredOption('--email <address>', 'mail address of the account')
  .addOption(onOption())
  .addHelpText('after', '\nThe password comes from ADMIN_PASSWORD, or is asked for on a terminal.')
  .action(create);

async function create({ username, email, ...options }: CreateOptions): Promise<void> {
  const { databases } = await readRunningShop(options);
  const password = await readPassword();
  const database = new Database({ url: databases.user, name: 'admin-command', max: 1 });
  try {
    const passwords = createPasswords();
    const { id, outcome } = await ensureAdmin({ database, passwords }, { username, email, password });
    console.log(`${username} (${id}) is an administrator: ${outcome}.`);
  } finally {
    await database.close();
  }
}

async function readPassword(): Promise<string> {
  if (process.env.ADMIN_PASSWORD) return process.env.ADMIN_PASSWORD;
  if (!process.stdin.isTTY) {
    throw new Error('there is no password: set ADMIN_PASSWORD, or run this on a terminal to be asked for it');
  }
  const { default: ask } = await import('@inquirer/password');
  return ask({ message: 'Password of the administrator', mask: true });
}

try {
  await program.parseAsync();
} catch (error) {
  const fields = error instanceof ProblemError ? (error.errors ?? []) : [];
  console.error(`error: ${(error as Error).message}`);
  for (const { field, message } of fields) console.error(`  ${field}: ${message}`);
  process.exitCode = 1;
}
