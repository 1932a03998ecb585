import { RoleAssignment } from '@pulumi/azure-native/authorization/roleAssignment.js';
import { SqlResourceSqlRoleAssignment } from '@pulumi/azure-native/cosmosdb/sqlResourceSqlRoleAssignment.js';
import { UserAssignedIdentity } from '@pulumi/azure-native/managedidentity/userAssignedIdentity.js';
import * as pulumi from '@pulumi/pulumi';
import type { Grant } from '../../components/grants.ts';
import type { DocumentContainer } from './documents.ts';
import type { ConsumerSubscription } from './messaging.ts';
import type { AzureContext } from './part.ts';

/** Roles that Azure has, by the ids that they have in every tenant (learn.microsoft.com, Azure built-in roles). */
export const roles = {
  pullImages: '7f951dda-4ed3-4680-a7ca-43fe172d538d',
  administerCluster: 'b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b',
  joinNetwork: '4d97b98b-1d4f-4787-a291-c67834d212e7',
  sendMessages: '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39',
  receiveMessages: '4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0',
  readSecret: '4633458b-17de-408a-b874-0445c86b69e6',
  publishTelemetry: '3913510d-42f4-4e42-8a64-420c390055eb',
  ownBlobs: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b',
  writeQueues: '974c5e8b-45b9-4653-ba55-5f855dd0fb88',
  writeTables: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3',
  sendMail: '09976791-48a7-449e-bb21-39d1a415f350',
} as const;
export type RoleName = keyof typeof roles;

/** Roles in the data of Cosmos DB, which its own list knows and no other (learn.microsoft.com, data plane security). */
export const documentRoles = {
  readDocuments: '00000000-0000-0000-0000-000000000001',
  writeDocuments: '00000000-0000-0000-0000-000000000002',
} as const;
export type DocumentRoleName = keyof typeof documentRoles;

/** A role on one thing. */
export type Assignment =
  | { readonly name: string; readonly role: RoleName; readonly scope: pulumi.Output<string> }
  | { readonly name: string; readonly documentRole: DocumentRoleName; readonly container: DocumentContainer };

/** Where grants find what they name. */
export interface Named {
  container(name: string): DocumentContainer;
  subscription(consumer: string): ConsumerSubscription;
  secretId(name: string): pulumi.Output<string>;
  /** Where the readers of changes keep how far they are. */
  readonly leases: DocumentContainer;
  readonly topicId: pulumi.Output<string>;
  readonly insightsId: pulumi.Output<string>;
  /** There when the shop sends mail or SMS by Communication Services. */
  readonly communicationId?: pulumi.Output<string>;
}

/** The least that a grant needs on Azure, as the services' adapters and the triggers of Functions call it. */
export function assignmentsOf(grant: Grant, named: Named): Assignment[] {
  switch (grant.kind) {
    case 'table': {
      const container = named.container(grant.name);
      const on = (documentRole: DocumentRoleName, of: DocumentContainer): Assignment => ({
        name: `${documentRole === 'readDocuments' ? 'read' : 'write'}-${of.containerName}`,
        documentRole,
        container: of,
      });
      if (grant.intent === 'write') return [on('writeDocuments', container)];
      if (grant.intent === 'read') return [on('readDocuments', container)];
      return [on('readDocuments', container), on('writeDocuments', named.leases)];
    }
    case 'topic':
      return [{ name: 'publish-events', role: 'sendMessages', scope: named.topicId }];
    case 'queue': {
      const { subscriptionId } = named.subscription(grant.name);
      return [{ name: `take-${grant.name}`, role: 'receiveMessages', scope: subscriptionId }];
    }
    case 'secret':
      return [{ name: `read-${grant.name}`, role: 'readSecret', scope: named.secretId(grant.name) }];
    case 'mail':
    case 'sms': {
      if (!named.communicationId)
        throw new Error(`a grant sends ${grant.kind}, and there is nothing to send it by`);
      return [{ name: 'send', role: 'sendMail', scope: named.communicationId }];
    }
    case 'traces':
    case 'metrics':
      return [{ name: 'telemetry', role: 'publishTelemetry', scope: named.insightsId }];
  }
}

/** An identity that somebody runs as, with the least that it needs. */
export interface Identity {
  readonly id: pulumi.Output<string>;
  readonly clientId: pulumi.Output<string>;
  readonly principalId: pulumi.Output<string>;
  /** Of the resource, for what is made under it. */
  readonly resourceName: pulumi.Output<string>;
  /** Its roles: they count some minutes after they are made. */
  readonly ready: readonly pulumi.Resource[];
}

/** An identity with these grants, and whatever else it is given. */
export function createIdentity(
  name: string,
  component: string,
  { grants, more = [] }: { readonly grants: readonly Grant[]; readonly more?: readonly Assignment[] },
  named: Named,
  context: AzureContext,
  child: pulumi.CustomResourceOptions,
): Identity {
  const identity = new UserAssignedIdentity(
    name,
    {
      resourceGroupName: context.resourceGroupName,
      location: context.config.region,
      tags: context.tags(component),
    },
    child,
  );
  const all = [...grants.flatMap((grant) => assignmentsOf(grant, named)), ...more];
  // Several grants may come to the same role on the same thing.
  const different = [...new Map(all.map((one) => [one.name, one])).values()];
  const ready = different.map((one) =>
    assign(`${name}-${one.name}`, one, identity.principalId, context, child),
  );
  return {
    id: identity.id,
    clientId: identity.clientId,
    principalId: identity.principalId,
    resourceName: identity.name,
    ready,
  };
}

/** Gives an identity a role. Its GUID is Pulumi's, which keeps it; another identity gets another one. */
export function assign(
  name: string,
  assignment: Assignment,
  principalId: pulumi.Output<string>,
  context: AzureContext,
  child: pulumi.CustomResourceOptions,
): pulumi.Resource {
  const { resourceGroupName, subscriptionId } = context;
  if ('role' in assignment)
    return new RoleAssignment(
      name,
      {
        principalId,
        // Said, or an identity that was just made is looked for in the directory, and not found.
        principalType: 'ServicePrincipal',
        roleDefinitionId: roleId(assignment.role, subscriptionId),
        scope: assignment.scope,
      },
      child,
    );
  const { accountName, accountId, databaseName, containerName, ready } = assignment.container;
  return new SqlResourceSqlRoleAssignment(
    name,
    {
      resourceGroupName,
      accountName,
      principalId,
      roleDefinitionId: pulumi.interpolate`${accountId}/sqlRoleDefinitions/${documentRoles[assignment.documentRole]}`,
      scope: pulumi.interpolate`${accountId}/dbs/${databaseName}/colls/${containerName}`,
    },
    // Nobody looks whether the container of a scope is there: so it is, before a role is given on it.
    { ...child, dependsOn: [...ready] },
  );
}

export const roleId = (role: RoleName, subscriptionId: pulumi.Output<string>): pulumi.Output<string> =>
  pulumi.interpolate`/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${roles[role]}`;
