import { stopPostgres } from './postgres.ts';

/** Mocha root hooks. */
export const mochaHooks = {
  async afterAll() {
    await stopPostgres();
  },
};
