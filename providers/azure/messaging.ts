import { DefaultRule } from '@pulumi/azure-native/servicebus/defaultRule.js';
import { Namespace } from '@pulumi/azure-native/servicebus/namespace.js';
import { Subscription } from '@pulumi/azure-native/servicebus/subscription.js';
import { Topic } from '@pulumi/azure-native/servicebus/topic.js';
import * as pulumi from '@pulumi/pulumi';
import type { ConsumerShape } from '../../components/shop.ts';
import { subscriptionShape } from '../../runtime/adapters/azure/subscriptions.ts';
import { type AzureContext, Part } from './part.ts';

export interface ConsumerSubscription {
  readonly subscriptionName: string;
  readonly subscriptionId: pulumi.Output<string>;
  /** What must be there before messages come. */
  readonly ready: readonly pulumi.Resource[];
}

const topicName = 'events';

/** The event topic, and one subscription with its dead letters for each consumer. */
export class Messaging extends Part {
  readonly topicName = topicName;
  readonly topicId: pulumi.Output<string>;
  readonly namespaceId: pulumi.Output<string>;
  readonly namespaceName: pulumi.Output<string>;
  /** `….servicebus.windows.net`, by which the workloads' own identity reaches it. */
  readonly address: pulumi.Output<string>;
  private readonly topic: Topic;
  private readonly subscriptions = new Map<string, ConsumerSubscription>();

  constructor(context: AzureContext) {
    super('Messaging', 'messaging', context);
    const namespace = new Namespace(
      'messaging',
      {
        ...this.place,
        // Basic has no topics; Premium would cost a hundred times as much, for an address of the network's own.
        sku: { name: 'Standard', tier: 'Standard' },
        disableLocalAuth: true,
        minimumTlsVersion: '1.2',
        publicNetworkAccess: 'Enabled',
        tags: this.tags,
      },
      this.keeper,
    );
    this.namespaceId = namespace.id;
    this.namespaceName = namespace.name;
    this.address = pulumi.interpolate`${namespace.name}.servicebus.windows.net`;
    this.topic = new Topic(
      'events',
      {
        resourceGroupName: this.place.resourceGroupName,
        namespaceName: namespace.name,
        topicName,
        // Both can be said at its making only. Repeats are told apart by the services, and order is not promised.
        requiresDuplicateDetection: false,
        supportOrdering: false,
        enablePartitioning: false,
      },
      this.keeper,
    );
    this.topicId = this.topic.id;
    this.registerOutputs({ topicId: this.topicId });
  }

  createConsumer(consumer: ConsumerShape): void {
    const { name, filter, ...bounds } = subscriptionShape(consumer);
    const there = {
      resourceGroupName: this.place.resourceGroupName,
      namespaceName: this.namespaceName,
      topicName: this.topic.name,
    };
    const subscription = new Subscription(
      name,
      { ...there, subscriptionName: name, ...bounds, requiresSession: false },
      this.keeper,
    );
    // In place of the rule that lets everything through, which would stand beside any other.
    const rule = new DefaultRule(
      name,
      {
        ...there,
        subscriptionName: subscription.name,
        filterType: 'SqlFilter',
        sqlFilter: { sqlExpression: filter },
      },
      this.child,
    );
    this.subscriptions.set(name, {
      subscriptionName: name,
      subscriptionId: subscription.id,
      ready: [subscription, rule],
    });
  }

  get(consumer: string): ConsumerSubscription {
    const subscription = this.subscriptions.get(consumer);
    if (!subscription)
      throw new Error(
        `consumer ${consumer} has no subscription: ${[...this.subscriptions.keys()].join(', ')} have`,
      );
    return subscription;
  }
}
