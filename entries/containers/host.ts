import type { z } from 'zod';
import type { EventPublisher } from '../../runtime/ports/event-bus.ts';
import type { Secrets } from '../../runtime/ports/secrets.ts';

/** A cloud as its containers see it. */
export interface ContainerHost<Shape extends z.ZodRawShape = z.ZodRawShape> {
  /** Of the environment, beside those of the service. */
  readonly settings: Shape;
  /** Of the workload's own identity. */
  readonly secrets: Secrets;
  openPublisher(settings: z.output<z.ZodObject<Shape>>): OpenPublisher;
}

export interface OpenPublisher {
  readonly publisher: EventPublisher;
  close(): Promise<unknown> | unknown;
}

/** Keeps the settings' types. */
export function hostContainers<const Shape extends z.ZodRawShape>(
  host: ContainerHost<Shape>,
): ContainerHost<Shape> {
  return host;
}
