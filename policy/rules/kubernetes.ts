import { at, isObject, listed, type Resource, type Rule, texts, type Values } from '../rule.ts';

function podOf({ type, inputs }: Resource): Values | undefined {
  if (!/^kubernetes:(core|apps|batch)\//.test(type)) return undefined;
  const kind = type.split(':').at(-1) ?? '';
  const path = { Pod: 'spec', CronJob: 'spec.jobTemplate.spec.template.spec' }[kind] ?? 'spec.template.spec';
  const pod = at(inputs, path);
  return isObject(pod) && Array.isArray(pod.containers) ? pod : undefined;
}

const containersOf = (pod: Values) => [...listed(pod.containers), ...listed(pod.initContainers)];
const nameOf = ({ name }: Values) => `container ${String(name)}`;

/** Of the container, or of its pod where the container says nothing. */
const setting = (pod: Values, container: Values, name: string) =>
  at(container, `securityContext.${name}`) ?? at(pod, `securityContext.${name}`);

function unsafe(pod: Values, container: Values): string[] {
  const drops = texts(at(container, 'securityContext.capabilities.drop'));
  const adds = texts(at(container, 'securityContext.capabilities.add'));
  const [isNonRoot, readOnly, escalation, seccomp] = [
    setting(pod, container, 'runAsNonRoot'),
    at(container, 'securityContext.readOnlyRootFilesystem'),
    at(container, 'securityContext.allowPrivilegeEscalation'),
    setting(pod, container, 'seccompProfile.type'),
  ];
  return [
    ...(isNonRoot === true ? [] : ['may run as root: set runAsNonRoot']),
    ...(readOnly === true ? [] : ['can write to its image: set readOnlyRootFilesystem']),
    ...(escalation === false ? [] : ['can gain privileges: set allowPrivilegeEscalation to false']),
    ...(drops.includes('ALL') && adds.length === 0 ? [] : ['has capabilities: drop ALL']),
    ...(seccomp === 'RuntimeDefault' ? [] : ['has no seccomp profile: set RuntimeDefault']),
    ...(at(container, 'resources.limits.memory') === undefined ? ['has no limit of memory'] : []),
    ...(at(container, 'resources.requests.cpu') === undefined
      ? ['asks for no processor: set resources.requests']
      : []),
  ].map((problem) => `${nameOf(container)} ${problem}`);
}

function hostAccess(pod: Values): string[] {
  const shared = ['hostNetwork', 'hostPID', 'hostIPC'].filter((name) => pod[name] === true);
  const mounted = listed(pod.volumes).filter(({ hostPath }) => hostPath !== undefined);
  return [...shared, ...mounted.map(({ name }) => `the volume ${String(name)}`)].map(
    (what) => `shares the node's: ${what}`,
  );
}

export const podSecurity: Rule = {
  name: 'pod-security',
  description:
    'Pods run without root, capabilities, a writable image or the node’s own things, and within limits.',
  against: (resource) => {
    const pod = podOf(resource);
    return pod
      ? [...containersOf(pod).flatMap((container) => unsafe(pod, container)), ...hostAccess(pod)]
      : [];
  },
};

const byDigest = /@sha256:[0-9a-f]{64}$/;
/** Made by others, and taken by their exact version. */
const others = /^docker\.io\/otel\/opentelemetry-collector-contrib:\d+\.\d+\.\d+$/;

export const digestImages: Rule = {
  name: 'digest-images',
  description: 'Images are deployed by digest: what was tested is what runs.',
  against: (resource) => {
    const pod = podOf(resource);
    return (pod ? containersOf(pod) : [])
      .filter(({ image }) => !byDigest.test(String(image)) && !others.test(String(image)))
      .map((container) => `${nameOf(container)} runs ${String(container.image)}, which is no digest`);
  },
};

/** What Pod Security lets into a namespace: the mesh's agents change their node, its gateways name no seccomp profile. */
const levels: Readonly<Record<string, string>> = {
  'istio-system': 'privileged',
  'shop-entrance': 'baseline',
};

export const namespaceSecurity: Rule = {
  name: 'namespace-security',
  description: 'A namespace lets in restricted pods only, but for the mesh’s, which say what they let in.',
  against: ({ type, inputs }) => {
    if (type !== 'kubernetes:core/v1:Namespace') return [];
    const labels = at(inputs, 'metadata.labels');
    const level = isObject(labels) ? labels['pod-security.kubernetes.io/enforce'] : undefined;
    const most = levels[String(at(inputs, 'metadata.name'))];
    if (level === 'restricted' || (level !== undefined && level === most)) return [];
    return [`lets in any pod: set the label pod-security.kubernetes.io/enforce to ${most ?? 'restricted'}`];
  },
};

export const clusterPermissions: Rule = {
  name: 'cluster-permissions',
  description: 'Roles in the cluster name what they allow, and nobody becomes its administrator.',
  against: ({ type, inputs }) => {
    if (/:rbac\.authorization\.k8s\.io\/v1:(Cluster)?Role$/.test(type))
      return listed(inputs.rules)
        .filter(({ verbs, resources, apiGroups }) =>
          [verbs, resources, apiGroups].some((list) => texts(list).includes('*')),
        )
        .map(() => 'allows everything of a kind: name verbs and resources');
    if (/:rbac\.authorization\.k8s\.io\/v1:(Cluster)?RoleBinding$/.test(type))
      return at(inputs, 'roleRef.name') === 'cluster-admin'
        ? ['makes somebody administrator of the cluster']
        : [];
    return [];
  },
};
