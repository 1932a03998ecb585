import { writeFileSync } from 'node:fs';
import { allGrants } from '../components/grants.ts';
import { permissionsPage } from '../components/permissions-page.ts';
import { describeShop } from '../components/shop.ts';

/** Writes docs/permissions.md, with everything switched on that needs a grant. */
const everything = {
  mailer: 'ses',
  smsSender: 'sns',
  paymentProvider: 'stripe',
  functionTraces: true,
} as const;
writeFileSync(
  new URL('../docs/permissions.md', import.meta.url),
  permissionsPage(allGrants(describeShop(), everything)),
);
