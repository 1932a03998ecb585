/** What the engine's cases must know of the shop on Azure. */
import { Sdk } from '../../stand-ins/pulumi/schema/sdk.ts';
import { packagesOfAzure } from '../../stand-ins/pulumi/simulator/packages/index.ts';
import { isObject } from '../../stand-ins/pulumi/simulator/values.ts';
import { type ShopOnCloud, shopSubject } from './shop-subject.ts';
import { nodeModules } from './support/program.ts';
import type { Subject } from './support/subject.ts';

const app = 'azure-native:web:WebApp';
const namedValue = 'azure-native:apimanagement:NamedValue';
const sdk = new Sdk('azure-native', nodeModules);

export const azure: ShopOnCloud = {
  stack: 'azure',
  packages: packagesOfAzure,
  fault: {
    operation: 'create',
    type: 'azure-native:containerservice:ManagedCluster',
    message: 'AllocationFailed: no capacity',
  },
  functionTouches: [
    'replace azure-native:storage:Blob notification-package',
    'update azure-native:resources:Deployment notification-package',
  ],
  logTouches: [
    'update azure-native:applicationinsights:Component insights',
    'update azure-native:operationalinsights:Workspace logs',
  ],
  budgetTouches: ['update azure-native:consumption:Budget budget'],
  drift: {
    changed: { type: app, name: 'payment', to: { httpsOnly: false } },
    deleted: { type: 'azure-native:applicationinsights:Workbook', name: 'shop' },
  },
  // What its SDK gives tags to, should have them; a gateway's values have words that are found by.
  tagsOf: ({ type, inputs }) => {
    if (!sdk.resource(type)?.inputs.has('tags') || type === namedValue) return undefined;
    return isObject(inputs.tags) ? inputs.tags : {};
  },
  // A gateway's named values are its store of secrets; the cluster's holds the key of its way in, whose certificate is
  // made from it. A route can compare the header that the gateway shows with text only: so the text is in it.
  secretHolders: [
    namedValue,
    'azure-native:dbforpostgresql:Server',
    'azure-native:keyvault:Secret',
    'kubernetes:core/v1:Secret',
    'kubernetes:gateway.networking.k8s.io/v1:HTTPRoute entrance-key',
    'tls:index/selfSignedCert:SelfSignedCert entrance',
  ],
  protectedInProduction: [
    'azure-native:containerservice:ManagedCluster cluster',
    'azure-native:cosmosdb:DatabaseAccount documents',
    ...['inbox', 'inventory', 'leases', 'notification', 'order', 'payment', 'payment-provider'].map(
      (name) => `azure-native:cosmosdb:SqlResourceSqlContainer ${name}`,
    ),
    'azure-native:cosmosdb:SqlResourceSqlDatabase documents',
    'azure-native:dbforpostgresql:Server database',
    'azure-native:resources:ResourceGroup shop',
    'azure-native:servicebus:Namespace messaging',
    ...[
      ...['inventory-catalogue', 'inventory-saga', 'notification-contacts', 'notification-mail'],
      ...['order-catalogue', 'order-saga', 'payment-saga'],
    ].map((name) => `azure-native:servicebus:Subscription ${name}`),
    'azure-native:servicebus:Topic events',
    'tls:index/privateKey:PrivateKey signing',
  ],
};

export const subjectOf = (program: string, profile: string, more?: Partial<Subject>): Subject =>
  shopSubject(azure, program, profile, more);
