import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { FunctionArgs } from '../../components/contract.ts';
import { newEventsFilter } from '../../runtime/adapters/aws/table.ts';
import type { Documents } from './documents.ts';
import type { Messaging } from './messaging.ts';
import type { Monitoring } from './monitoring.ts';
import { type AwsContext, Part } from './part.ts';
import { type Named, policyText, type Statement, statementsOf, trustText } from './permissions.ts';

/**
 * AWS's own distribution of the OpenTelemetry Collector as a layer: it takes OTLP on localhost and hands traces to X-Ray
 * (aws-otel.github.io, Lambda). A layer is of its region.
 */
const collectorLayer = (region: string) =>
  `arn:aws:lambda:${region}:901920570463:layer:aws-otel-collector-arm64-ver-0-117-0:1`;
const collectorEndpoint = 'http://localhost:4318';

/** The shortest that a schedule can tell, in minutes. */
const leastMinutes = 1;

export interface FunctionsArgs {
  readonly documents: Documents;
  readonly messaging: Messaging;
  readonly monitoring: Monitoring;
  readonly named: Named;
}

export interface LambdaHandle {
  readonly functionName: string;
  readonly arn: pulumi.Output<string>;
  readonly invokeArn: pulumi.Output<string>;
}

/** A Lambda function for each function service, and all that calls it but the gateway. */
export class Functions extends Part {
  private readonly parts: FunctionsArgs;
  private readonly made = new Map<string, LambdaHandle>();

  constructor(context: AwsContext, parts: FunctionsArgs) {
    super('Functions', 'functions', context);
    this.parts = parts;
    this.registerOutputs();
  }

  get(name: string): LambdaHandle {
    const handle = this.made.get(name);
    if (!handle) throw new Error(`function ${name} was not made: ${[...this.made.keys()].join(', ')} were`);
    return handle;
  }

  create(args: FunctionArgs): void {
    const { config, naming } = this.context;
    const { messaging, monitoring, named } = this.parts;
    const functionName = naming.name(args.name, 64);
    // Made first, or Lambda makes it, and keeps it for ever.
    const logs = monitoring.createLogGroup(`/aws/lambda/${functionName}`, args.name);
    const statements: Statement[] = [
      ...args.grants.flatMap((grant) => statementsOf(grant, named)),
      {
        Sid: 'GiveUpInvocations',
        Effect: 'Allow',
        Action: ['sqs:SendMessage'],
        Resource: [messaging.failuresArn],
      },
      {
        Sid: 'WriteLogs',
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: [pulumi.interpolate`${logs.arn}:*`],
      },
    ];
    const role = new aws.iam.Role(
      `function-${args.name}`,
      { assumeRolePolicy: trustText('lambda.amazonaws.com'), tags: this.tags },
      this.child,
    );
    const policy = new aws.iam.RolePolicy(
      `function-${args.name}`,
      { role: role.name, policy: policyText(statements) },
      this.child,
    );
    const traced = config.functionTraces;
    const lambda = new aws.lambda.Function(
      args.name,
      {
        name: functionName,
        runtime: 'nodejs24.x',
        architectures: ['arm64'],
        handler: 'main.handler',
        code: new pulumi.asset.FileArchive(args.archive.path),
        role: role.arn,
        memorySize: args.memoryMb,
        timeout: args.timeoutSeconds,
        environment: {
          variables: {
            ...args.environment,
            RESOURCE_PREFIX: naming.prefix,
            TOPIC_ARN: messaging.topicArn,
            ...(traced && { OTEL_EXPORTER_OTLP_ENDPOINT: collectorEndpoint }),
          },
        },
        layers: traced ? [collectorLayer(config.region)] : [],
        tracingConfig: { mode: traced ? 'Active' : 'PassThrough' },
        loggingConfig: { logFormat: 'Text', logGroup: logs.name },
        tags: this.tags,
      },
      // What runs must be allowed to do what it does from its first call on.
      { ...this.child, dependsOn: [policy, logs] },
    );
    this.made.set(args.name, { functionName, arn: lambda.arn, invokeArn: lambda.invokeArn });
    new aws.lambda.FunctionEventInvokeConfig(
      args.name,
      {
        functionName: lambda.name,
        maximumEventAgeInSeconds: 3600,
        maximumRetryAttempts: 2,
        destinationConfig: { onFailure: { destination: messaging.failuresArn } },
      },
      { ...this.child, dependsOn: [policy] },
    );
    this.createQueueSources(args, lambda, policy);
    this.createStreamSources(args, lambda, policy);
    this.createSchedules(args, lambda);
  }

  private createQueueSources(args: FunctionArgs, lambda: aws.lambda.Function, policy: pulumi.Resource): void {
    const { consumerConcurrency } = this.context.config;
    for (const { name } of args.consumers) {
      const { queueArn, ready } = this.parts.messaging.get(name);
      new aws.lambda.EventSourceMapping(
        name,
        {
          eventSourceArn: queueArn,
          functionName: lambda.arn,
          batchSize: 10,
          functionResponseTypes: ['ReportBatchItemFailures'],
          scalingConfig: { maximumConcurrency: consumerConcurrency },
          tags: this.tags,
        },
        { ...this.child, dependsOn: [policy, ...ready] },
      );
    }
  }

  /** Wakes the relay of the outbox. What it does not publish, the sweep does: nothing blocks a shard for long. */
  private createStreamSources(
    args: FunctionArgs,
    lambda: aws.lambda.Function,
    policy: pulumi.Resource,
  ): void {
    for (const { name } of args.tables)
      new aws.lambda.EventSourceMapping(
        `${name}-stream`,
        {
          eventSourceArn: this.parts.documents.get(name).streamArn,
          functionName: lambda.arn,
          startingPosition: 'TRIM_HORIZON',
          batchSize: 100,
          maximumRetryAttempts: 5,
          maximumRecordAgeInSeconds: 300,
          bisectBatchOnFunctionError: true,
          functionResponseTypes: ['ReportBatchItemFailures'],
          filterCriteria: { filters: [{ pattern: JSON.stringify(newEventsFilter) }] },
          destinationConfig: { onFailure: { destinationArn: this.parts.messaging.failuresArn } },
          tags: this.tags,
        },
        { ...this.child, dependsOn: [policy] },
      );
  }

  private createSchedules(args: FunctionArgs, lambda: aws.lambda.Function): void {
    if (args.schedules.length === 0) return;
    const { messaging } = this.parts;
    const role = new aws.iam.Role(
      `schedule-${args.name}`,
      {
        assumeRolePolicy: trustText('scheduler.amazonaws.com', ['sts:AssumeRole'], {
          StringEquals: { 'aws:SourceAccount': this.context.accountId },
        }),
        tags: this.tags,
      },
      this.child,
    );
    const policy = new aws.iam.RolePolicy(
      `schedule-${args.name}`,
      {
        role: role.name,
        policy: policyText([
          { Sid: 'Call', Effect: 'Allow', Action: ['lambda:InvokeFunction'], Resource: [lambda.arn] },
          {
            Sid: 'GiveUp',
            Effect: 'Allow',
            Action: ['sqs:SendMessage'],
            Resource: [messaging.failuresArn],
          },
        ]),
      },
      this.child,
    );
    for (const { name, everyMs } of args.schedules) {
      const minutes = Math.max(leastMinutes, Math.round(everyMs / 60_000));
      new aws.scheduler.Schedule(
        `${args.name}-${name}`,
        {
          name: this.context.naming.name(`${args.name}-${name}`, 64),
          scheduleExpression: `rate(${minutes} ${minutes === 1 ? 'minute' : 'minutes'})`,
          flexibleTimeWindow: { mode: 'OFF' },
          target: {
            arn: lambda.arn,
            roleArn: role.arn,
            input: JSON.stringify({ schedule: name }),
            // The next one comes soon enough.
            retryPolicy: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: 60 },
            deadLetterConfig: { arn: messaging.failuresArn },
          },
        },
        { ...this.child, dependsOn: [policy] },
      );
    }
  }
}
