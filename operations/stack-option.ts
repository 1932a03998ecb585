import { Option } from 'commander';

export interface StackOption {
  readonly stack: string;
}

export const stackOption = () =>
  new Option('--stack <name>', 'the Pulumi stack, such as aws').makeOptionMandatory();
