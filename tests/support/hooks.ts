import { doAtEnd } from './at-end.ts';
import { stopPostgres } from './postgres.ts';
import { closeContractDatabase } from './shop-database.ts';

/** Mocha root hooks. */
export const mochaHooks = {
  async afterAll() {
    await closeContractDatabase();
    await stopPostgres();
    await doAtEnd();
  },
};
