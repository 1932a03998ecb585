/** What the engine's cases must know of the shop on any cloud; each cloud adds its own (`aws-subject.ts`). */
import { join } from 'node:path';
import type { CloudName } from '../../components/config/names.ts';
import type { CloudObject } from '../../stand-ins/pulumi/simulator/cloud.ts';
import { at, isObject } from '../../stand-ins/pulumi/simulator/values.ts';
import { projectFolder } from './support/program.ts';
import type { SettingChange, Subject } from './support/subject.ts';

export interface ShopOnCloud extends Pick<Subject, 'packages' | 'fault' | 'drift' | 'secretHolders'> {
  readonly stack: CloudName;
  /** What another code of the notification function touches. */
  readonly functionTouches: readonly string[];
  /** What another time for which logs are kept touches. */
  readonly logTouches: readonly string[];
  /** What another budget touches. */
  readonly budgetTouches: readonly string[];
  /** The tags of an object; undefined of what takes none. */
  readonly tagsOf: (object: CloudObject) => Readonly<Record<string, unknown>> | undefined;
  /** `type name` of what holds data or keys. */
  readonly protectedInProduction: readonly string[];
}

const labels = ['app.kubernetes.io/part-of', 'app.kubernetes.io/instance', 'cost'];
const tags = ['project', 'stack', 'component', 'cost'];
const addition = "\nconsole.debug('another line');\n";

const settingsOf = (logTouches: readonly string[], budgetTouches: readonly string[]): SettingChange[] => [
  {
    title: 'another number of replicas',
    config: { replicas: '4' },
    touches: ['product', 'user'].map(
      (name) => `update kubernetes:autoscaling/v2:HorizontalPodAutoscaler ${name}`,
    ),
  },
  { title: 'logs are kept for longer', config: { logRetentionDays: '90' }, touches: logTouches },
  { title: 'another budget', config: { budgetUsd: '321' }, touches: budgetTouches },
];

/** @param program  the folder of the program, which cases edit: a copy */
export function shopSubject(
  { functionTouches, logTouches, budgetTouches, tagsOf, protectedInProduction, ...cloud }: ShopOnCloud,
  program: string,
  profile: string,
  more: Partial<Subject> = {},
): Subject {
  const production = profile === 'production';
  return {
    ...cloud,
    program,
    policyPack: join(program, 'policy'),
    config: {
      profile,
      alarmEmail: 'operator@example.com',
      ...(production && { clusterAccess: '203.0.113.0/24' }),
    },
    // What may change is the same in both profiles; that data stays is production's.
    settings: production ? [] : settingsOf(logTouches, budgetTouches),
    ...(production && {
      protected: protectedInProduction,
      unprotect: { deletionProtection: 'false' },
    }),
    edits: production
      ? []
      : [
          {
            title: 'the notification function’s code changes',
            file: 'functions/notification/mail.ts',
            change: (text) => text + addition,
            touches: functionTouches,
          },
          {
            title: 'the product service’s code changes',
            file: 'services/product/service.ts',
            change: (text) => text + addition,
            touches: [
              'update docker-build:index:Image product',
              'update kubernetes:apps/v1:Deployment product',
              // Its migrations run from the new image, before the pods do.
              'replace kubernetes:batch/v1:Job product-migrate',
            ],
          },
        ],
    missingTags: (object) => {
      const isKubernetes =
        object.type.startsWith('kubernetes:') && at(object.inputs, 'metadata') !== undefined;
      const held = isKubernetes ? at(object.inputs, 'metadata.labels') : tagsOf(object);
      if (!isKubernetes && held === undefined) return [];
      return (isKubernetes ? labels : tags).filter((name) => !isObject(held) || held[name] === undefined);
    },
    snapshot: join(projectFolder, `tests/engine/resources/${cloud.stack}-${profile}.txt`),
    ...more,
  };
}
