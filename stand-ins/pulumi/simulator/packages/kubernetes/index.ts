import type { PackageModel, Request, ResourceModel } from '../../model.ts';
import { at, isObject, isUnknown, textsIn } from '../../values.ts';
import { againstCluster, againstPull } from './cluster.ts';
import { againstRestricted, podOf, referencesOf } from './pods.ts';

/**
 * Kubernetes: objects are kept as they were sent. It refuses what a cluster would: no such namespace, kind, account
 * or configuration, pods that Pod Security does not let in, an immutable field. It does not prove that a pod would
 * become ready, nor anything of networks, volumes or controllers.
 */

const kindOf = (type: string) => type.split(':').at(-1) ?? '';
const helmRelease = 'kubernetes:helm.sh/v3:Release';
const clusterWide =
  /^(Namespace|Node|PersistentVolume|StorageClass|PriorityClass|ClusterRole|ClusterRoleBinding|CustomResourceDefinition|GatewayClass|IngressClass|(Validating|Mutating)WebhookConfiguration)$/;
const builtIn = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

const nameIn = ({ inputs }: Request) => String(at(inputs, 'metadata.name'));
function namespaceOf({ type, inputs }: Pick<Request, 'type' | 'inputs'>): string | undefined {
  if (clusterWide.test(kindOf(type))) return undefined;
  return String((type === helmRelease ? inputs.namespace : at(inputs, 'metadata.namespace')) ?? 'default');
}

function id(request: Request): string {
  const name = request.type === helmRelease ? String(request.inputs.name) : nameIn(request);
  const namespace = namespaceOf(request);
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/** Groups of custom resources that a chart brings. */
const charts: readonly (readonly [RegExp, RegExp])[] = [
  [/^base$/, /\.istio\.io$/],
  [/gateway-(api|crds)/, /^gateway\.networking\.k8s\.io$/],
];

function hasKind({ type, cloud }: Request): boolean {
  const group = type.split(':')[1]?.split('/')[0] ?? '';
  const defined = cloud.objects('kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition');
  const installed = cloud
    .objects(helmRelease)
    .map(({ inputs }) => String(inputs.chart).split('/').at(-1) ?? '');
  return (
    defined.some(({ inputs }) => at(inputs, 'spec.group') === group) ||
    charts.some(([chart, groups]) => groups.test(group) && installed.some((name) => chart.test(name)))
  );
}

function refusePod(request: Request): string[] {
  const pod = podOf(kindOf(request.type), request.inputs);
  if (!pod) return [];
  const namespace = namespaceOf(request) ?? '';
  const missing = referencesOf(pod).filter(
    ({ type, name }) => name !== 'default' && !request.cloud.get(type, `${namespace}/${name}`),
  );
  const level = at(request.cloud.get('kubernetes:core/v1:Namespace', namespace)?.inputs, 'metadata.labels');
  const enforced = isObject(level) ? level['pod-security.kubernetes.io/enforce'] : undefined;
  const images = [...textsIn(pod)].filter(({ property }) => property === 'image').map(({ text }) => text);
  return [
    ...againstPull(request, images).map((image) => `ImagePullBackOff: the nodes may not pull ${image}`),
    ...missing.map(
      ({ type, name }) =>
        `pods of ${nameIn(request)} do not start: ${kindOf(type).toLowerCase()} "${name}" not found`,
    ),
    ...(enforced === 'restricted' ? againstRestricted(pod) : []).map(
      (problem) => `pods of ${nameIn(request)} violate PodSecurity "restricted": ${problem}`,
    ),
  ];
}

function refuse(request: Request): string[] {
  const namespace = namespaceOf(request);
  const namespaces = [
    ...builtIn,
    ...request.cloud.objects('kubernetes:core/v1:Namespace').map(({ id: name }) => name),
  ];
  const isCustom =
    (request.type.includes('.') &&
      request.inputs.apiVersion !== undefined &&
      !/\.k8s\.io\//.test(request.type)) ||
    /gateway\.networking\.k8s\.io/.test(request.type);
  return [
    ...againstCluster(request),
    ...(namespace === undefined || namespaces.includes(namespace) || request.inputs.createNamespace === true
      ? []
      : [`namespaces "${namespace}" not found`]),
    ...(isCustom && !hasKind(request)
      ? [`no matches for kind "${kindOf(request.type)}" in version "${String(request.inputs.apiVersion)}"`]
      : []),
    ...refusePod(request),
  ];
}

const label = /^(|[0-9A-Za-z]([\w.-]{0,61}[0-9A-Za-z])?)$/;

/** Without a cluster: names and labels, and selectors that miss their own pods. */
function check({ type, inputs }: Request): string[] {
  const name = at(inputs, 'metadata.name');
  const longest = kindOf(type) === 'Service' ? 63 : 253;
  const isName =
    typeof name !== 'string' ||
    isUnknown(name) ||
    (/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(name) && name.length <= longest);
  const wrongLabels = ['metadata.labels', 'spec.template.metadata.labels'].flatMap((path) =>
    [...textsIn(at(inputs, path))]
      .filter(({ text }) => !isUnknown(text) && !label.test(text))
      .map(({ property, text }) => `label ${property} cannot be "${text}"`),
  );
  const selector = at(inputs, 'spec.selector.matchLabels');
  const labels = at(inputs, 'spec.template.metadata.labels');
  const misses =
    isObject(selector) &&
    isObject(labels) &&
    Object.entries(selector).some(([key, value]) => labels[key] !== value);
  return [
    ...(isName ? [] : [`"${String(name)}" is no name for a ${kindOf(type)}`]),
    ...wrongLabels,
    ...(misses ? ['`selector` does not match template `labels`'] : []),
  ];
}

const isNamedByHand = ({ name, inputs }: Request) =>
  !String(at(inputs, 'metadata.name')).startsWith(`${name}-`);
const immutable = (...paths: string[]): ResourceModel => ({
  forceNew: ['metadata.name', 'metadata.namespace', ...paths],
});

export const kubernetesPackage: PackageModel = {
  keepsInputs: true,
  // The provider takes any kind that a cluster may have: its group has a dot, as `security.istio.io`.
  isOpen: (type) => /^kubernetes:[a-z0-9.-]+\.[a-z0-9.-]+\/v\w+:/.test(type),
  functions: {},
  every: {
    autoName: 'metadata.name',
    id,
    unique: id,
    check,
    refuse,
    refuseDelete: againstCluster,
    deleteBeforeReplace: isNamedByHand,
    ...immutable(),
  },
  resources: {
    'kubernetes:apps/v1:DaemonSet': immutable('spec.selector'),
    'kubernetes:apps/v1:Deployment': immutable('spec.selector'),
    'kubernetes:apps/v1:StatefulSet': immutable(
      'spec.selector',
      'spec.serviceName',
      'spec.volumeClaimTemplates',
    ),
    'kubernetes:batch/v1:Job': immutable(
      'spec.selector',
      'spec.template',
      'spec.completions',
      'spec.completionMode',
    ),
    // The provider replaces them, so that what reads them notices.
    'kubernetes:core/v1:ConfigMap': immutable('data', 'binaryData', 'immutable'),
    'kubernetes:core/v1:Secret': immutable('data', 'stringData', 'type', 'immutable'),
    'kubernetes:core/v1:Service': immutable('spec.clusterIP'),
    'kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding': immutable('roleRef'),
    'kubernetes:rbac.authorization.k8s.io/v1:RoleBinding': immutable('roleRef'),
    [helmRelease]: {
      autoName: 'name',
      forceNew: ['name', 'namespace'],
      deleteBeforeReplace: ({ name, inputs }) => !String(inputs.name).startsWith(`${name}-`),
      outputs: ({ inputs, before }) => ({
        status: {
          ...(isObject(before.status) ? before.status : {}),
          name: inputs.name,
          namespace: inputs.namespace ?? 'default',
          chart: inputs.chart,
          version: inputs.version ?? '0.0.0',
          status: 'deployed',
          revision: 1,
        },
      }),
    },
  },
};
