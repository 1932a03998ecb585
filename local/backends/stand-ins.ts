/**
 * The one place from which the local run reaches the stand-ins, which are installed for `npm run shop` and not for
 * `npm start`.
 */
export const loadStandIns = {
  aws: () => import('../../stand-ins/aws/cloud.ts'),
  secretsManager: () => import('../../stand-ins/secrets-manager.ts'),
  lambda: () => import('../../stand-ins/lambda/host.ts'),
  azure: () => import('../../stand-ins/azure/cloud.ts'),
  functions: () => import('../../stand-ins/functions/host.ts'),
};
