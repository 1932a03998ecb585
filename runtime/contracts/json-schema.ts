import { z } from 'zod';

export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * A schema as a document shows it. `input` is what a sender may write (defaults left out), `output` what a
 * reader gets.
 */
export function jsonSchema(
  schema: z.ZodType,
  io: 'input' | 'output',
  target: 'draft-2020-12' | 'draft-7' = 'draft-2020-12',
): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, target });
  return rest;
}

/** The properties of an object schema, each with whether a sender must give it. */
export function properties(
  schema: z.ZodObject,
): { name: string; required: boolean; schema: JsonSchema; description?: string }[] {
  // Query and path values are text that the schema turns into what is meant: the meaning is documented.
  const meant = jsonSchema(schema, 'output').properties as Record<string, JsonSchema>;
  return Object.entries(meant).map(([name, property]) => ({
    name,
    required: !schema.shape[name]?.safeParse(undefined).success,
    schema: property,
    description: property.description as string | undefined,
  }));
}
