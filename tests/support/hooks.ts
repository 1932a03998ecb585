import { stopPostgres } from './postgres.ts';
import { closeContractDatabase } from './shop-database.ts';

/** Mocha root hooks. */
export const mochaHooks = {
  async afterAll() {
    await closeContractDatabase();
    await stopPostgres();
  },
};
