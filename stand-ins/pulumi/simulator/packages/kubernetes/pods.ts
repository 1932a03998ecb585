import { at, isObject, type Values } from '../../values.ts';

/** What Kubernetes has against a pod: Pod Security's profile "restricted", and references within a namespace. */

const listed = (value: unknown): Values[] => (Array.isArray(value) ? value.filter(isObject) : []);

/** The pod that a workload makes, wherever its kind keeps it. */
export function podOf(kind: string, inputs: Values): Values | undefined {
  const path = { Pod: 'spec', CronJob: 'spec.jobTemplate.spec.template.spec' }[kind] ?? 'spec.template.spec';
  const pod = at(inputs, path);
  return isObject(pod) && Array.isArray(pod.containers) ? pod : undefined;
}

export const containersOf = (pod: Values): Values[] => [
  ...listed(pod.containers),
  ...listed(pod.initContainers),
];

/** https://kubernetes.io/docs/concepts/security/pod-security-standards/, "restricted": the parts that apply here. */
export function againstRestricted(pod: Values): string[] {
  const setting = (container: Values, name: string) =>
    at(container, `securityContext.${name}`) ?? at(pod, `securityContext.${name}`);
  const problems = containersOf(pod).flatMap((container) => {
    const drops = at(container, 'securityContext.capabilities.drop');
    return [
      [
        at(container, 'securityContext.allowPrivilegeEscalation') === false,
        'allowPrivilegeEscalation != false',
      ],
      [Array.isArray(drops) && drops.includes('ALL'), 'unrestricted capabilities'],
      [setting(container, 'runAsNonRoot') === true, 'runAsNonRoot != true'],
      [
        ['RuntimeDefault', 'Localhost'].includes(String(setting(container, 'seccompProfile.type'))),
        'seccompProfile',
      ],
      [setting(container, 'runAsUser') !== 0, 'runAsUser=0'],
      [setting(container, 'privileged') !== true, 'privileged'],
    ].flatMap(([isMet, what]) => (isMet ? [] : [`${what} (container "${String(container.name)}")`]));
  });
  const hostAccess = ['hostNetwork', 'hostPID', 'hostIPC'].filter((name) => pod[name] === true);
  const hostPaths = listed(pod.volumes).filter(({ hostPath }) => hostPath !== undefined);
  return [...problems, ...hostAccess, ...hostPaths.map(({ name }) => `hostPath volume "${String(name)}"`)];
}

export interface PodReference {
  readonly type: string;
  readonly name: string;
}

/** ConfigMaps, Secrets and the ServiceAccount without which its containers do not start. */
export function referencesOf(pod: Values): PodReference[] {
  const named = (type: string, value: unknown, property = 'name'): PodReference[] =>
    isObject(value) && value.optional !== true && typeof value[property] === 'string'
      ? [{ type, name: value[property] }]
      : [];
  const [configMap, secret] = ['kubernetes:core/v1:ConfigMap', 'kubernetes:core/v1:Secret'];
  const account = typeof pod.serviceAccountName === 'string' ? pod.serviceAccountName : 'default';
  const ofContainer = (container: Values) => [
    ...listed(container.envFrom).flatMap(({ configMapRef, secretRef }) => [
      ...named(configMap, configMapRef),
      ...named(secret, secretRef),
    ]),
    ...listed(container.env).flatMap((variable) => [
      ...named(configMap, at(variable, 'valueFrom.configMapKeyRef')),
      ...named(secret, at(variable, 'valueFrom.secretKeyRef')),
    ]),
  ];
  const ofVolume = (volume: Values) => [
    ...named(configMap, volume.configMap),
    ...named(secret, volume.secret, 'secretName'),
  ];
  return [
    { type: 'kubernetes:core/v1:ServiceAccount', name: account },
    ...containersOf(pod).flatMap(ofContainer),
    ...listed(pod.volumes).flatMap(ofVolume),
  ];
}
