/** On every Kubernetes object: what tags are elsewhere. */
export type Labels = Readonly<Record<string, string>>;

/** By which a service's pods are found; it never changes. */
export const nameLabel = 'app.kubernetes.io/name';

export type LabelsOf = (name: string, component?: string) => Labels;

export function createLabels(project: string, stack: string): LabelsOf {
  return (name, component = 'shop') => ({
    [nameLabel]: name,
    'app.kubernetes.io/part-of': project,
    'app.kubernetes.io/instance': stack,
    'app.kubernetes.io/component': component,
    'app.kubernetes.io/managed-by': 'pulumi',
    cost: `${project}.${stack}`,
  });
}
