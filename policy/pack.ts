import { PolicyPack } from '@pulumi/policy';
import { policyOf } from './rule.ts';
import { rules } from './rules/index.ts';

/** `pulumi preview --policy-pack policy`: a stack that breaks a rule is not made. */
new PolicyPack('ecommerce-platform', { policies: rules.map(policyOf) });
