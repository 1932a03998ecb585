import { doAtEnd } from './at-end.ts';
import { stopPostgres } from './postgres.ts';
import { closeContractDatabase } from './shop-database.ts';

/** Mocha root hooks. */
export const mochaHooks = {
  async afterAll(this: Mocha.Context) {
    await closeContractDatabase();
    await stopPostgres();
    await doAtEnd();
    const root = this.test?.parent;
    const isContract = root?.suites.some(({ file }) => file?.includes('tests/contract/'));
    if (root && isContract) (await import('../contract/parity.ts')).recordParity(root);
  },
};
