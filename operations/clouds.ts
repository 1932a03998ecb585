import { FixableError } from './fixable.ts';

/** The clouds that the commands know: a file of each beside the others in every command's folder. */
export const clouds = ['aws', 'azure'] as const;
export type Cloud = (typeof clouds)[number];

/** @throws FixableError when a stack's configuration names none of them */
export function cloudOf(stack: string, name: string | undefined): Cloud {
  const cloud = clouds.find((one) => one === name);
  if (cloud === undefined)
    throw new FixableError(
      name === undefined ? `the stack ${stack} names no cloud` : `there is no cloud ${name}`,
      `pulumi config set cloud ${clouds[0]} --stack ${stack}`,
    );
  return cloud;
}
