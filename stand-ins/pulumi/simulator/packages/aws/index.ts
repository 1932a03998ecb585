import type { PackageModel } from '../../model.ts';
import { isObject } from '../../values.ts';
import { arnOf, regionOf } from './addresses.ts';
import { awsFunctions } from './functions.ts';
import { danglingReferences, holdersOf } from './references.ts';
import { awsResources } from './resources.ts';
import { checkName, clusterOfNodes, refusals } from './rules.ts';

/**
 * AWS. It refuses what the tables beside it say, and what names something that does not exist. It does not prove
 * permissions, quotas (but for a new account's reserved concurrency), prices, time, or any service at work.
 */
export const awsPackage: PackageModel = {
  resources: awsResources,
  functions: awsFunctions,
  every: {
    autoName: 'name',
    check: checkName,
    refuse: (request) => [...danglingReferences(request), ...(refusals[request.type]?.(request) ?? [])],
    refuseDelete: (request) => [...holdersOf(request), ...clusterOfNodes(request)],
    outputs: (made) => {
      const defaults =
        typeof made.config.defaultTags === 'string'
          ? JSON.parse(made.config.defaultTags)
          : made.config.defaultTags;
      const tags = isObject(defaults) && isObject(defaults.tags) ? defaults.tags : {};
      return {
        arn: made.inputs.arn ?? arnOf(made),
        tagsAll: { ...tags, ...(isObject(made.inputs.tags) ? made.inputs.tags : {}) },
        region: regionOf(made),
      };
    },
  },
  checkConfig: ({ region }) =>
    region === undefined && process.env.AWS_REGION === undefined ? ['missing region: set aws:region'] : [],
};
