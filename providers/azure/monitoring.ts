import { Component } from '@pulumi/azure-native/applicationinsights/component.js';
import { Workbook } from '@pulumi/azure-native/applicationinsights/workbook.js';
import { Budget } from '@pulumi/azure-native/consumption/budget.js';
import { ActionGroup } from '@pulumi/azure-native/monitor/actionGroup.js';
import { MetricAlert } from '@pulumi/azure-native/monitor/metricAlert.js';
import { Workspace } from '@pulumi/azure-native/operationalinsights/workspace.js';
import * as pulumi from '@pulumi/pulumi';
import * as random from '@pulumi/random';
import { type AlarmShape, alarmsOf } from './alarms.ts';
import { dashboardBody, type Watched } from './dashboard.ts';
import { type AzureContext, Part } from './part.ts';

/** Log Analytics keeps no log for less, and asks nothing for this long, in days. */
const leastRetentionDays = 30;

/** What `learn` takes in a day at most, in GB: each costs about three dollars. */
const learnDailyGb = 0.5;

/** Where logs go, and what watches the shop. */
export class Monitoring extends Part {
  readonly workspaceId: pulumi.Output<string>;
  readonly insightsId: pulumi.Output<string>;
  /** Says where telemetry goes, and lets nobody at it. */
  readonly connectionString: pulumi.Output<string>;

  constructor(context: AzureContext) {
    super('Monitoring', 'monitoring', context);
    const { config } = context;
    const retentionInDays = Math.max(leastRetentionDays, config.logRetentionDays);
    const workspace = new Workspace(
      // With a random ending: a deleted one can be brought back for two weeks, and its name is taken so long.
      'logs',
      {
        ...this.place,
        sku: { name: 'PerGB2018' },
        retentionInDays,
        ...(config.profile === 'learn' && { workspaceCapping: { dailyQuotaGb: learnDailyGb } }),
        features: { disableLocalAuth: true, enableLogAccessUsingOnlyResourcePermissions: true },
        tags: this.tags,
      },
      this.child,
    );
    const insights = new Component(
      'insights',
      {
        ...this.place,
        kind: 'web',
        applicationType: 'web',
        ingestionMode: 'LogAnalytics',
        workspaceResourceId: workspace.id,
        retentionInDays,
        // The cluster's collector has no tokens for it (opentelemetry-collector-contrib, issue 41004); the key that the
        // connection string holds lets telemetry in, and nobody at it.
        disableLocalAuth: false,
        tags: this.tags,
      },
      this.child,
    );
    this.workspaceId = workspace.id;
    this.insightsId = insights.id;
    this.connectionString = insights.connectionString;
    this.registerOutputs();
  }

  /** The dashboard, an alarm for each thing that should wake somebody, and who that is. */
  watch(watched: Watched): pulumi.Output<string> {
    const { config, naming, tenantId } = this.context;
    const { resourceGroupName } = this.place;
    const group = new ActionGroup(
      'alarms',
      {
        resourceGroupName,
        location: 'Global',
        actionGroupName: naming.name('alarms'),
        groupShortName: 'shop',
        enabled: true,
        emailReceivers:
          config.alarmEmail === undefined
            ? []
            : [{ name: 'mail', emailAddress: config.alarmEmail, useCommonAlertSchema: true }],
        tags: this.tags,
      },
      this.child,
    );
    for (const alarm of alarmsOf(watched)) this.createAlarm(alarm, group.id);
    if (config.budgetUsd > 0 && config.alarmEmail !== undefined)
      this.createBudget(config.budgetUsd, config.alarmEmail);
    const name = new random.RandomUuid('shop', {}, this.child);
    const workbook = new Workbook(
      'shop',
      {
        ...this.place,
        // It takes no other name than this.
        resourceName: name.result,
        displayName: naming.name('shop'),
        category: 'workbook',
        kind: 'shared',
        sourceId: this.insightsId,
        serializedData: dashboardBody(watched),
        tags: this.tags,
      },
      this.child,
    );
    return pulumi.interpolate`https://portal.azure.com/#@${tenantId}/resource${workbook.id}/workbook`;
  }

  private createAlarm(alarm: AlarmShape, actionGroupId: pulumi.Output<string>): void {
    const { name, description, resourceId, minutes, ...criterion } = alarm;
    new MetricAlert(
      `alarm-${name}`,
      {
        resourceGroupName: this.place.resourceGroupName,
        location: 'global',
        ruleName: this.context.naming.name(name, 255),
        description,
        severity: 2,
        enabled: true,
        autoMitigate: true,
        scopes: [resourceId],
        evaluationFrequency: 'PT1M',
        windowSize: `PT${minutes}M`,
        criteria: {
          odataType: 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria',
          // A metric that was never seen cannot be checked: a new shop has none of most of them.
          allOf: [
            { criterionType: 'StaticThresholdCriterion', name, skipMetricValidation: true, ...criterion },
          ],
        },
        actions: [{ actionGroupId }],
        tags: this.tags,
      },
      this.child,
    );
  }

  private createBudget(amount: number, email: string): void {
    const { naming, subscriptionId } = this.context;
    new Budget(
      'budget',
      {
        // All that has the tag, wherever it is: the cluster's machines are in a group of the cluster's own.
        scope: pulumi.interpolate`/subscriptions/${subscriptionId}`,
        budgetName: naming.name('month'),
        category: 'Cost',
        timeGrain: 'Monthly',
        amount,
        timePeriod: { startDate: monthOf(new Date()) },
        filter: { tags: { name: 'cost', operator: 'In', values: [this.tags.cost] } },
        notifications: {
          fourFifths: {
            enabled: true,
            operator: 'GreaterThan',
            threshold: 80,
            thresholdType: 'Actual',
            contactEmails: [email],
          },
        },
      },
      // It begins with the month in which it was made.
      { ...this.child, ignoreChanges: ['timePeriod'] },
    );
  }
}

/** Its first moment. @internal */
export const monthOf = (now: Date): string => `${now.toISOString().slice(0, 7)}-01T00:00:00Z`;
