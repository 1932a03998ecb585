import { at, listed, type Resource, type Rule } from '../rule.ts';

/** By type, what must be so. Stores that encrypt always and cannot be told otherwise are not here. */
const wanted: Readonly<Record<string, (inputs: Resource['inputs']) => string[]>> = {
  'aws:cloudfront/distribution:Distribution': ({ defaultCacheBehavior, orderedCacheBehaviors }) =>
    [defaultCacheBehavior, ...listed(orderedCacheBehaviors)]
      .filter((behavior) => at(behavior, 'viewerProtocolPolicy') === 'allow-all')
      .map(() => 'serves plain HTTP: set viewerProtocolPolicy to redirect-to-https or https-only'),
  'aws:rds/instance:Instance': ({ storageEncrypted }) =>
    storageEncrypted === true ? [] : ['is not encrypted: set storageEncrypted'],
  // CloudWatch cannot send under the key that AWS keeps for SNS, and an alarm says nothing of anybody.
  'aws:sns/topic:Topic': ({ kmsMasterKeyId, tags }) =>
    typeof kmsMasterKeyId === 'string' || at(tags, 'component') === 'monitoring'
      ? []
      : ['is not encrypted: set kmsMasterKeyId'],
  'aws:sqs/queue:Queue': ({ sqsManagedSseEnabled, kmsMasterKeyId }) =>
    sqsManagedSseEnabled === true || typeof kmsMasterKeyId === 'string'
      ? []
      : ['is not encrypted: set sqsManagedSseEnabled'],
};

export const encryption: Rule = {
  name: 'encryption',
  description: 'Everything that holds or carries data is encrypted, and says so itself.',
  against: ({ type, inputs }) => wanted[type]?.(inputs) ?? [],
};
