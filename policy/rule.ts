import type { ResourceValidationPolicy } from '@pulumi/policy';

/** A resource's inputs, or an object within them. */
export type Values = Readonly<Record<string, unknown>>;

export interface Resource {
  /** A Pulumi token, as `aws:sqs/queue:Queue`. */
  readonly type: string;
  readonly inputs: Values;
  /** Of the provider that makes it: its tags are on everything it makes. */
  readonly providerInputs: Values;
}

/** What no resource may do. */
export interface Rule {
  readonly name: string;
  readonly description: string;
  /** @returns what is wrong, in words that say how to put it right; nothing for a resource it is not about */
  readonly against: (resource: Resource) => string[];
}

export function policyOf({ name, description, against }: Rule): ResourceValidationPolicy {
  return {
    name,
    description,
    enforcementLevel: 'mandatory',
    validateResource: ({ type, props, provider }, report) => {
      for (const problem of against({ type, inputs: props, providerInputs: provider?.props ?? {} }))
        report(problem);
    },
  };
}

export const isObject = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const listed = (value: unknown): Values[] => (Array.isArray(value) ? value.filter(isObject) : []);

/** `spec.template` of an object. Undefined where a part is missing. */
export function at(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((held, name) => (isObject(held) ? held[name] : undefined), value);
}

/** The statements of a policy document, given as text or as an object. */
export function statementsOf(document: unknown): Values[] {
  const policy: unknown = typeof document === 'string' ? JSON.parse(document) : document;
  if (!isObject(policy)) return [];
  return isObject(policy.Statement) ? [policy.Statement] : listed(policy.Statement);
}

export const texts = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter((item) => typeof item === 'string');
