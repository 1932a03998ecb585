import type { Packages } from '../../simulation.ts';
import { awsPackage } from './aws/index.ts';
import { dockerBuildPackage, dockerPackage } from './docker.ts';
import { kubernetesPackage } from './kubernetes/index.ts';
import { randomPackage } from './random.ts';
import { tlsPackage } from './tls.ts';

/** All that a stack on AWS uses. */
export const packagesOfAws: Packages = {
  aws: awsPackage,
  docker: dockerPackage,
  'docker-build': dockerBuildPackage,
  kubernetes: kubernetesPackage,
  random: randomPackage,
  tls: tlsPackage,
};
