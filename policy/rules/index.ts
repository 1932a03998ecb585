import type { Rule } from '../rule.ts';
import { encryption } from './encryption.ts';
import { noPublicData } from './exposure.ts';
import { clusterPermissions, digestImages, namespaceSecurity, podSecurity } from './kubernetes.ts';
import { logRetention } from './logs.ts';
import { noBroadPolicy, noWildcard } from './permissions.ts';
import { tags } from './tags.ts';

export const rules: readonly Rule[] = [
  encryption,
  noPublicData,
  noWildcard,
  noBroadPolicy,
  digestImages,
  logRetention,
  tags,
  podSecurity,
  namespaceSecurity,
  clusterPermissions,
];
