import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { type AlarmShape, alarmsOf, dashboardBody, type Watched } from './dashboard.ts';
import { type AwsContext, Part } from './part.ts';

/** Where logs go, and what watches the shop. */
export class Monitoring extends Part {
  /** Of the containers' metrics, in CloudWatch's embedded format. */
  readonly metricsLogGroupName: string;
  readonly metricsLogGroupArn: pulumi.Output<string>;

  constructor(context: AwsContext) {
    super('Monitoring', 'monitoring', context);
    this.metricsLogGroupName = `/${context.naming.name('metrics')}`;
    this.metricsLogGroupArn = this.createLogGroup(this.metricsLogGroupName, 'metrics').arn;
    this.registerOutputs();
  }

  /**
   * A log group with its retention, made before whoever writes to it: a service that makes its own keeps it for
   * ever, and the next stack of that name finds it taken.
   */
  createLogGroup(name: string, logicalName: string): aws.cloudwatch.LogGroup {
    return new aws.cloudwatch.LogGroup(
      `logs-${logicalName}`,
      { name, retentionInDays: this.context.config.logRetentionDays, skipDestroy: false, tags: this.tags },
      this.child,
    );
  }

  /** The dashboard, an alarm for each thing that should wake somebody, and who that is. */
  watch(watched: Watched): pulumi.Output<string> {
    const { config, naming } = this.context;
    const topic = new aws.sns.Topic(
      'alarms',
      // Without a key: CloudWatch may not publish under the one that AWS keeps for SNS. Alarms tell nothing of customers.
      { name: naming.name('alarms'), tags: this.tags },
      this.child,
    );
    if (config.alarmEmail !== undefined)
      new aws.sns.TopicSubscription(
        'alarms-mail',
        { topic: topic.arn, protocol: 'email', endpoint: config.alarmEmail },
        this.child,
      );
    for (const alarm of alarmsOf(watched)) this.createAlarm(alarm, topic.arn);
    if (config.budgetUsd > 0 && config.alarmEmail !== undefined)
      this.createBudget(config.budgetUsd, config.alarmEmail);
    const dashboard = new aws.cloudwatch.Dashboard(
      'shop',
      { dashboardName: naming.name('shop'), dashboardBody: dashboardBody(watched, config.region) },
      this.child,
    );
    const { region } = config;
    return pulumi.interpolate`https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#dashboards/dashboard/${dashboard.dashboardName}`;
  }

  private createAlarm({ name, description, ...alarm }: AlarmShape, topicArn: pulumi.Output<string>): void {
    new aws.cloudwatch.MetricAlarm(
      `alarm-${name}`,
      {
        name: this.context.naming.name(name, 255),
        alarmDescription: description,
        ...alarm,
        treatMissingData: 'notBreaching',
        alarmActions: [topicArn],
        okActions: [topicArn],
        tags: this.tags,
      },
      this.child,
    );
  }

  private createBudget(limit: number, email: string): void {
    const { naming } = this.context;
    new aws.budgets.Budget(
      'budget',
      {
        name: naming.name('month'),
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        limitAmount: String(limit),
        limitUnit: 'USD',
        costFilters: [{ name: 'TagKeyValue', values: [`user:cost$${this.tags.cost}`] }],
        notifications: [
          {
            comparisonOperator: 'GREATER_THAN',
            notificationType: 'ACTUAL',
            threshold: 80,
            thresholdType: 'PERCENTAGE',
            subscriberEmailAddresses: [email],
          },
        ],
        tags: this.tags,
      },
      this.child,
    );
  }
}
