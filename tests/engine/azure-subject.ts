/** What the engine's cases must know of the shop on Azure. */
import { Sdk } from '../../stand-ins/pulumi/schema/sdk.ts';
import { packagesOfAzure } from '../../stand-ins/pulumi/simulator/packages/index.ts';
import { isObject } from '../../stand-ins/pulumi/simulator/values.ts';
import { type ShopOnCloud, shopSubject } from './shop-subject.ts';
import { nodeModules } from './support/program.ts';
import type { Subject } from './support/subject.ts';

const app = 'azure-native:web:WebApp';
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
  // What its SDK gives tags to, should have them.
  tagsOf: ({ type, inputs }) => {
    if (!sdk.resource(type)?.inputs.has('tags')) return undefined;
    return isObject(inputs.tags) ? inputs.tags : {};
  },
  // A gateway's named values are its store of secrets.
  secretHolders: [
    'azure-native:apimanagement:NamedValue',
    'azure-native:dbforpostgresql:Server',
    'azure-native:keyvault:Secret',
  ],
  protectedInProduction: [],
};

export const subjectOf = (program: string, profile: string, more?: Partial<Subject>): Subject =>
  shopSubject(azure, program, profile, more);
