import type { EventPublisher } from '../../ports/event-bus.ts';
import { eventMessage } from './messages.ts';
import type { Topic } from './topic.ts';

export function createTopicPublisher(topic: Topic): EventPublisher {
  return { publish: async (events) => topic.send(events.map(eventMessage)) };
}
