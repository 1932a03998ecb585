import type { z } from 'zod';
import type { FunctionService, TableDefinition } from '../../runtime/function-service.ts';
import type { Clock } from '../../runtime/ports/clock.ts';
import type { Documents } from '../../runtime/ports/documents.ts';
import type { Mailer, SmsSender } from '../../runtime/ports/notify.ts';
import type { Logger } from '../../runtime/telemetry/log.ts';

/** What a host gives a function service to stand on, whichever cloud it is. */
export interface FunctionPorts {
  readonly logger: Logger;
  readonly clock: Clock;
  open(table: TableDefinition): Documents;
  /** Asked for only by the service that sends mail. */
  mailer(): Mailer;
  sms(): SmsSender;
}

/** A function service before it stands on anything: its settings, its tables, and how it is put together. */
export interface FunctionComposition<Shape extends z.ZodRawShape = z.ZodRawShape> {
  readonly name: FunctionService['name'];
  /** Of the environment, beside those that every process has. */
  readonly settings: Shape;
  /** The table that its handlers read and commit to. */
  readonly table: TableDefinition;
  /** More tables that it opens. */
  readonly otherTables: readonly TableDefinition[];
  create(settings: z.output<z.ZodObject<Shape>>, ports: FunctionPorts): FunctionService;
}

/** Keeps the settings' types. */
export function compose<const Shape extends z.ZodRawShape>(
  composition: FunctionComposition<Shape>,
): FunctionComposition<Shape> {
  return composition;
}
