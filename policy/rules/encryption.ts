import { at, listed, type Resource, type Rule, texts } from '../rule.ts';

type Wanted = Readonly<Record<string, (inputs: Resource['inputs']) => string[]>>;

/** By type, what must be so. Stores that encrypt always and cannot be told otherwise are not here. */
const onAws: Wanted = {
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

/** A property that must have one of these values. */
const must =
  (property: string, ...values: readonly unknown[]) =>
  (inputs: Resource['inputs']) =>
    values.includes(inputs[property])
      ? []
      : [`is reached without encryption, or with an old one: set ${property} to ${String(values[0])}`];

/** Azure encrypts what it stores, always; the way there is for the program to close. */
const onAzure: Wanted = {
  'azure-native:apimanagement:Api': ({ protocols }) =>
    texts(protocols).join() === 'https' ? [] : ['serves plain HTTP: set protocols to https alone'],
  'azure-native:cdn:Route': ({ supportedProtocols, httpsRedirect }) =>
    texts(supportedProtocols).includes('Http') && httpsRedirect !== 'Enabled'
      ? ['serves plain HTTP: enable httpsRedirect']
      : [],
  'azure-native:cosmosdb:DatabaseAccount': must('minimalTlsVersion', 'Tls12'),
  'azure-native:dbforpostgresql:Configuration': ({ configurationName, value }) =>
    configurationName === 'require_secure_transport' && value !== 'on'
      ? ['is reached without encryption: set require_secure_transport to on']
      : [],
  'azure-native:redisenterprise:Database': must('clientProtocol', 'Encrypted'),
  'azure-native:redisenterprise:RedisEnterprise': must('minimumTlsVersion', '1.2'),
  'azure-native:servicebus:Namespace': must('minimumTlsVersion', '1.2'),
  'azure-native:storage:StorageAccount': (inputs) => [
    ...must('enableHttpsTrafficOnly', true)(inputs),
    ...must('minimumTlsVersion', 'TLS1_2', 'TLS1_3')(inputs),
  ],
  'azure-native:web:WebApp': must('httpsOnly', true),
};

const wanted: Wanted = { ...onAws, ...onAzure };

export const encryption: Rule = {
  name: 'encryption',
  description: 'Everything that holds or carries data is encrypted, and says so itself.',
  against: ({ type, inputs }) => wanted[type]?.(inputs) ?? [],
};
