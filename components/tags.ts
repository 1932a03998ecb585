/** On everything that can carry them: what it belongs to, and for what a bill is paid. */
export interface Tags {
  readonly project: string;
  readonly stack: string;
  readonly component: string;
  readonly cost: string;
  readonly [name: string]: string;
}

/** Makes the tags of a component, such as `network`; all that a stack costs has one `cost`. */
export type TagsOf = (component: string) => Tags;

export function createTags(project: string, stack: string): TagsOf {
  return (component) => ({ project, stack, component, cost: `${project}/${stack}` });
}
