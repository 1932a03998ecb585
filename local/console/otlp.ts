import { z } from 'zod';

/** OTLP/HTTP in its JSON encoding, as far as the console shows it; what it does not know it leaves out. */

type AnyValue = string | number | boolean | AnyValue[];
export type Attributes = Readonly<Record<string, AnyValue>>;

const longestText = 4_096;
const mostAttributes = 64;
const mostEvents = 32;

const text = z
  .string()
  .transform((value) => (value.length > longestText ? `${value.slice(0, longestText)}…` : value));
/** 64-bit integers are strings in JSON; a writer may also use numbers. */
const integer = z.union([z.string().regex(/^-?\d+$/), z.number()]).transform(Number);

const scalar = z
  .object({
    stringValue: text.optional(),
    intValue: integer.optional(),
    doubleValue: z.number().optional(),
    boolValue: z.boolean().optional(),
  })
  .transform((value) => value.stringValue ?? value.intValue ?? value.doubleValue ?? value.boolValue);

const anyValue = z.union([
  z
    .object({ arrayValue: z.object({ values: z.array(scalar).max(1_000).default([]) }) })
    .transform(({ arrayValue }) => arrayValue.values.filter((value) => value !== undefined)),
  scalar,
]);

const attributes = z
  .array(z.object({ key: text, value: anyValue }))
  .default([])
  .transform((list): Attributes => {
    const known = list.slice(0, mostAttributes).filter(({ value }) => value !== undefined);
    return Object.fromEntries(known.map(({ key, value }) => [key, value as AnyValue]));
  });

const hexId = (bytes: number) =>
  z
    .string()
    .regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`, 'i'))
    .toLowerCase();
const noParent = z.literal('').transform(() => undefined);

const span = z.object({
  traceId: hexId(16),
  spanId: hexId(8),
  parentSpanId: z.union([noParent, hexId(8)]).optional(),
  name: text,
  kind: z.int().default(0),
  startTimeUnixNano: integer,
  endTimeUnixNano: integer,
  attributes,
  events: z
    .array(z.object({ name: text, timeUnixNano: integer, attributes }))
    .default([])
    .transform((events) => events.slice(0, mostEvents)),
  links: z
    .array(z.object({ traceId: hexId(16), spanId: hexId(8) }))
    .default([])
    .transform((links) => links.slice(0, mostEvents)),
  status: z.object({ code: z.int().default(0), message: text.optional() }).default({ code: 0 }),
});
export type OtlpSpan = z.output<typeof span>;

const resource = z.object({ attributes }).default({ attributes: {} });

export const traceExport = z.object({
  resourceSpans: z
    .array(
      z.object({ resource, scopeSpans: z.array(z.object({ spans: z.array(span).default([]) })).default([]) }),
    )
    .default([]),
});

const point = z.object({
  attributes,
  startTimeUnixNano: integer.default(0),
  timeUnixNano: integer,
});
const numberPoint = point.extend({ asDouble: z.number().optional(), asInt: integer.optional() });
const histogramPoint = point.extend({
  count: integer,
  sum: z.number().optional(),
  bucketCounts: z.array(integer).default([]),
  explicitBounds: z.array(z.number()).default([]),
});
export type HistogramPoint = z.output<typeof histogramPoint>;

const numbers = z.object({ dataPoints: z.array(numberPoint).default([]) }).optional();

export const metricExport = z.object({
  resourceMetrics: z
    .array(
      z.object({
        resource,
        scopeMetrics: z
          .array(
            z.object({
              metrics: z
                .array(
                  z.object({
                    name: text,
                    gauge: numbers,
                    sum: numbers,
                    histogram: z.object({ dataPoints: z.array(histogramPoint).default([]) }).optional(),
                  }),
                )
                .default([]),
            }),
          )
          .default([]),
      }),
    )
    .default([]),
});

export function serviceOf(attributes: Attributes): string {
  const name = attributes['service.name'];
  return typeof name === 'string' ? name : 'unknown';
}
