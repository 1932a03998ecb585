import { type CloudName, cloudNames } from '../components/config/names.ts';
import { FixableError } from './fixable.ts';

/** @throws FixableError when a stack's configuration names none of them */
export function cloudOf(stack: string, name: string | undefined): CloudName {
  const cloud = cloudNames.find((one) => one === name);
  if (cloud === undefined)
    throw new FixableError(
      name === undefined ? `the stack ${stack} names no cloud` : `there is no cloud ${name}`,
      `pulumi config set cloud ${cloudNames[0]} --stack ${stack}`,
    );
  return cloud;
}
