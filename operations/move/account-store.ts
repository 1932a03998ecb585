import type { Database } from '../../runtime/sql/pool.ts';
import {
  type CarriedAccount,
  createAccounts,
  findAccounts,
  findNamesakes,
  readAccounts,
  replaceAccount,
} from '../../services/user/carrying.ts';
import type { Store } from './store.ts';

/** The accounts of the user service, with the hashes of their passwords. */
export function accountStore(database: Database): Store {
  return {
    name: 'users',
    keyOf: (thing) => (thing as CarriedAccount).id,
    read: () => readAccounts(database),
    create: async (things) => {
      const accounts = things as readonly CarriedAccount[];
      const written = new Set(await createAccounts(database, accounts));
      const left = accounts.filter(({ id }) => !written.has(id));
      const namesakes = await findNamesakes(database, left);
      for (const account of left) {
        const namesake = namesakes.get(account.id);
        if (namesake) await replaceAccount(database, namesake, account);
      }
      return left.filter(({ id }) => !namesakes.has(id));
    },
    find: async (things) => {
      const ids = (things as readonly CarriedAccount[]).map(({ id }) => id);
      const found = new Map((await findAccounts(database, ids)).map((account) => [account.id, account]));
      return ids.map((id) => found.get(id));
    },
    supersede: (older, newer) => replaceAccount(database, older as CarriedAccount, newer as CarriedAccount),
  };
}
