import * as k8s from '@pulumi/kubernetes';
import type * as pulumi from '@pulumi/pulumi';
import { podSpec, type RunArgs } from './pod.ts';

export interface TaskArgs extends RunArgs {
  /** What the container is told to do. */
  readonly argument: string;
}

/** Tries, with a growing pause between them: a database that was just made may not answer yet. */
const backoffLimit = 6;

/**
 * Something that is done once for each image, and waited for. A Job never changes: with another image another one
 * takes its place, which is why its name ends at random. It is not deleted when it is through, or the next `up` would
 * miss it.
 */
export function createTask(args: TaskArgs, parent: pulumi.Resource): k8s.batch.v1.Job {
  const { name, namespace, labels, argument } = args;
  return new k8s.batch.v1.Job(
    name,
    {
      metadata: { namespace, labels },
      spec: {
        backoffLimit,
        activeDeadlineSeconds: 1200,
        template: {
          metadata: { labels: { ...labels, ...args.identity.podLabels } },
          spec: podSpec({ ...args, container: { args: [argument] }, pod: { restartPolicy: 'Never' } }),
        },
      },
    },
    {
      parent,
      dependsOn: [...args.after, ...args.identity.ready],
      replaceOnChanges: ['spec'],
      deleteBeforeReplace: false,
      customTimeouts: { create: '25m' },
    },
  );
}
