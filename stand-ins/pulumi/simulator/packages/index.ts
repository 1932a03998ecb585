import type { Packages } from '../../simulation.ts';
import { awsPackage } from './aws/index.ts';
import { azurePackage } from './azure/index.ts';
import { dockerBuildPackage, dockerPackage } from './docker.ts';
import { kubernetesPackage } from './kubernetes/index.ts';
import { randomPackage } from './random.ts';
import { tlsPackage } from './tls.ts';

/** What a stack uses on any cloud. */
const common: Packages = {
  docker: dockerPackage,
  'docker-build': dockerBuildPackage,
  kubernetes: kubernetesPackage,
  random: randomPackage,
  tls: tlsPackage,
};

/** All that a stack uses, by its cloud. */
export const packagesOfAws: Packages = { aws: awsPackage, ...common };
export const packagesOfAzure: Packages = { 'azure-native': azurePackage, ...common };
