import type { CloudObject, SimulatedCloud } from '../../../cloud.ts';
import { deployer, findById, sameId, token } from '../addresses.ts';
import { isPrincipal } from '../references.ts';
import { listed, type Rule, type Rules, sibling } from './rule.ts';

const noPrincipal = (id: unknown) =>
  `PrincipalNotFound: there is no principal ${String(id)} in the directory`;
const text = (value: unknown) => String(value).toLowerCase();

/** Two of the same principal, role and scope cannot be, whatever their names are. */
function twin(cloud: SimulatedCloud, type: string, own: CloudObject['inputs'], key: string) {
  return cloud
    .objects(token(type))
    .find(
      ({ inputs }) =>
        inputs[key] !== own[key] &&
        ['principalId', 'roleDefinitionId', 'scope'].every((name) => text(inputs[name]) === text(own[name])),
    );
}

const roleAssignment: Rule = ({ inputs, cloud }) => {
  const { principalId, principalType, scope, roleDefinitionId } = inputs;
  const other = twin(cloud, 'authorization:RoleAssignment', inputs, 'roleAssignmentName');
  const isRole = /\/providers\/Microsoft\.Authorization\/roleDefinitions\/[\da-f-]{36}$/i;
  return [
    ...(isPrincipal(cloud, principalId) ? [] : [noPrincipal(principalId)]),
    // One that was just made is looked for in the directory, and is not there yet; whoever runs the program is.
    ...(principalType === undefined && principalId !== deployer
      ? [`PrincipalNotFound: ${String(principalId)} is not in the directory yet: say its principalType`]
      : []),
    ...(isRole.test(String(roleDefinitionId))
      ? []
      : [`RoleDefinitionDoesNotExist: ${String(roleDefinitionId)} is no role`]),
    ...(/^\/subscriptions\/[^/]+$/.test(String(scope)) || String(scope).includes('/resourceGroups/')
      ? []
      : [`InvalidScope: ${String(scope)} is no scope`]),
    ...(other ? [`RoleAssignmentExists: ${other.name} gives the same role on the same thing`] : []),
  ];
};

/** Azure takes a scope without a look whether it is there: so a slip in its name would never be noticed. Here it is. */
const documentRole: Rule = ({ inputs, cloud }) => {
  const account = sibling(cloud, 'cosmosdb:DatabaseAccount', inputs, 'accountName');
  const { principalId, scope, roleDefinitionId } = inputs;
  const other = twin(cloud, 'cosmosdb:SqlResourceSqlRoleAssignment', inputs, 'roleAssignmentId');
  const within = (id: unknown, kind: string) => text(id).startsWith(`${text(account?.id)}${kind}`);
  const [, database, container] = /\/dbs\/([^/]+)(?:\/colls\/([^/]+))?$/.exec(String(scope)) ?? [];
  const isThere =
    database === undefined ||
    (container === undefined
      ? sibling(
          cloud,
          'cosmosdb:SqlResourceSqlDatabase',
          { ...inputs, databaseName: database },
          'accountName',
          'databaseName',
        )
      : cloud
          .objects(token('cosmosdb:SqlResourceSqlContainer'))
          .find(
            ({ inputs: own }) =>
              own.accountName === inputs.accountName &&
              own.databaseName === database &&
              own.containerName === container,
          )) !== undefined;
  return [
    ...(isPrincipal(cloud, principalId) ? [] : [noPrincipal(principalId)]),
    ...(within(roleDefinitionId, '/sqlroledefinitions/')
      ? []
      : [`BadRequest: ${String(roleDefinitionId)} is no role of this account's data`]),
    ...(within(scope, '') && isThere
      ? []
      : [`BadRequest: the scope ${String(scope)} is nothing of this account's`]),
    ...(other ? [`Conflict: ${other.name} gives the same role on the same thing`] : []),
  ];
};

const federated: Rule = ({ inputs, cloud }) => {
  const others = cloud
    .objects(token('managedidentity:FederatedIdentityCredential'))
    .filter(
      (other) =>
        other.inputs.resourceName === inputs.resourceName &&
        other.inputs.federatedIdentityCredentialResourceName !==
          inputs.federatedIdentityCredentialResourceName,
    );
  const same = others.find(
    (other) => other.inputs.issuer === inputs.issuer && other.inputs.subject === inputs.subject,
  );
  const issuers = cloud
    .objects(token('containerservice:ManagedCluster'))
    .map(({ outputs }) => (outputs.oidcIssuerProfile as { issuerURL?: string } | undefined)?.issuerURL);
  return [
    ...(same ? [`BadRequest: ${same.name} has the same issuer and subject`] : []),
    ...(others.length >= 20 ? ['BadRequest: an identity has 20 federated credentials at most'] : []),
    ...(issuers.includes(String(inputs.issuer))
      ? []
      : [`${String(inputs.issuer)} is the issuer of no cluster here: a token of it will never come`]),
    ...(/^system:serviceaccount:[^:]+:[^:]+$/.test(String(inputs.subject))
      ? []
      : [`${String(inputs.subject)} is no service account`]),
  ];
};

/** Of the vault itself: a deleted one's name is kept for as long as it could be brought back. */
const vault: Rule = ({ type, inputs, cloud }) => {
  const properties = inputs.properties as Record<string, unknown>;
  const kept = cloud.removed.find(
    (object) => object.type === type && object.inputs.vaultName === inputs.vaultName,
  );
  const isNew = !sibling(cloud, 'keyvault:Vault', inputs, 'vaultName');
  return [
    ...(kept && isNew && properties.createMode !== 'recover'
      ? [`ConflictError: a deleted vault still has the name ${String(inputs.vaultName)}`]
      : []),
    ...(properties.enableSoftDelete === false ? ['BadRequest: enableSoftDelete cannot be false'] : []),
    ...(properties.enablePurgeProtection === false
      ? ['BadRequest: enablePurgeProtection cannot be set to false: leave it out']
      : []),
  ];
};

const secret: Rule = ({ type, inputs, cloud }) => {
  const { id } = sibling(cloud, 'keyvault:Vault', inputs, 'vaultName') ?? { id: '' };
  const own = `${id}/secrets/${String(inputs.secretName)}`;
  const kept = cloud.removed.some((object) => object.type === type && sameId(object.id, own));
  return kept && !findById(cloud, own)
    ? [`Conflict: secret ${String(inputs.secretName)} is deleted, and could be brought back`]
    : [];
};

const apimName: Rule = ({ type, inputs, cloud }) =>
  cloud.removed.some((gone) => gone.type === type && gone.inputs.serviceName === inputs.serviceName) &&
  !sibling(cloud, 'apimanagement:ApiManagementService', inputs, 'serviceName') &&
  inputs.restore !== true
    ? [`ServiceAlreadyExistsInSoftDeletedState: ${String(inputs.serviceName)} is deleted and not purged`]
    : [];

const actionGroup: Rule = ({ inputs }) => [
  ...(String(inputs.groupShortName).length > 12
    ? ['BadRequest: groupShortName has 12 characters at most']
    : []),
  ...(listed(inputs.emailReceivers).some(({ emailAddress }) => !String(emailAddress).includes('@'))
    ? ['BadRequest: an email receiver has no address']
    : []),
];

const budget: Rule = ({ inputs }) => {
  const { startDate } = inputs.timePeriod as { startDate?: string };
  return /^\d{4}-\d\d-01/.test(String(startDate))
    ? []
    : ['BadRequest: a budget begins on the first day of a month'];
};

export const identityRules: Rules = {
  'authorization:RoleAssignment': roleAssignment,
  'consumption:Budget': budget,
  'cosmosdb:SqlResourceSqlRoleAssignment': documentRole,
  'keyvault:Secret': secret,
  'keyvault:Vault': vault,
  'managedidentity:FederatedIdentityCredential': federated,
  'monitor:ActionGroup': actionGroup,
  'apimanagement:ApiManagementService': apimName,
};
