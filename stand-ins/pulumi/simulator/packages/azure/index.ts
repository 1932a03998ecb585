import type { PackageModel, Request } from '../../model.ts';
import { addresses, armTypeOf, idOf, token } from './addresses.ts';
import { azureFunctions } from './functions.ts';
import { checkName } from './names.ts';
import { danglingIds, holdersOf, missingParents } from './references.ts';
import { azureResources } from './resources.ts';
import { clusterRules } from './rules/cluster.ts';
import { dataRules } from './rules/data.ts';
import { flexRules } from './rules/flex.ts';
import { gatewayRules } from './rules/gateway.ts';
import { identityRules } from './rules/identity.ts';
import { networkRules } from './rules/network.ts';
import type { Rule } from './rules/rule.ts';

const rules = [clusterRules, dataRules, flexRules, gatewayRules, identityRules, networkRules].flatMap(
  (table): [string, Rule][] => Object.entries(table),
);

const refusals = ({ type }: Request) =>
  rules.filter(([name]) => token(name) === type).map(([, rule]) => rule);

/**
 * Azure. It refuses what the tables beside it say, and what names something that does not exist; each rule has its
 * source in docs/cloud-facts.md, in the table it stands in, or is Azure's own limit for the service. It does not
 * prove permissions of whoever runs the program, quotas, what a region offers, prices, time, or any
 * service at work.
 */
export const azurePackage: PackageModel = {
  resources: azureResources,
  functions: azureFunctions,
  // As the provider has it (pulumi-azure-native, provider/pkg/convert/previewOutputs.go).
  unknownUntilMade: true,
  every: {
    id: idOf,
    check: (request) => [
      ...(addresses.has(request.type) ? [] : [`the simulator has no address of the type ${request.type}`]),
      ...checkName(request),
    ],
    refuse: (request) => {
      // What is around an object is asked for first: the rules look into it.
      const missing = [...missingParents(request), ...danglingIds(request)];
      return missing.length > 0 ? missing : refusals(request).flatMap((rule) => rule(request));
    },
    refuseDelete: holdersOf,
    // What is in a group, a server, a namespace, ends with it.
    takesAlong: (id, other) => other.id.toLowerCase().startsWith(`${id.toLowerCase()}/`),
    outputs: ({ id, inputs, config }) => ({
      name: id.split('/').at(-1),
      type: armTypeOf(id),
      ...(inputs.location === undefined && { location: config.location }),
    }),
  },
};
