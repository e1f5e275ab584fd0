import fc, { type Arbitrary } from "fast-check";
import { z } from "zod";

interface Json {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, Json>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Json | boolean;
  readonly propertyNames?: Json;
  readonly items?: Json;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** Words that mean something to the world of the tests, so that much of what is asked is there. */
const WORDS = [
  "alpha",
  "px1",
  "disk",
  "alpha/disk",
  "web",
  "daily",
  "weekly",
  "hourly",
  "often",
  "latest",
  "UTC",
  "01:00",
  "6h",
  "1d",
];
const word = fc.oneof(
  { arbitrary: fc.constantFrom(...WORDS), weight: 4 },
  fc.string({ maxLength: 12 }),
  fc.string({ unit: "binary", maxLength: 6 }),
);

/** What a schema lets in, mostly; now and then a value of another kind in the midst of it. */
export function arbitraryOf(schema: z.ZodType): Arbitrary<unknown> {
  return build(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Json);
}

function build(json: Json): Arbitrary<unknown> {
  return fc.oneof({ arbitrary: fitting(json), weight: 40 }, { arbitrary: fc.jsonValue({ maxDepth: 2 }), weight: 1 });
}

function fitting(json: Json): Arbitrary<unknown> {
  if (json.enum) return fc.constantFrom(...json.enum);
  switch (json.type) {
    case "object":
      return fittingObject(json);
    case "array":
      return fc.array(build(json.items ?? {}), { maxLength: 6 });
    case "integer":
      return fc.oneof(fc.integer({ min: json.minimum ?? -9, max: Math.min(json.maximum ?? 99, 400) }), fc.integer());
    case "number":
      return fc.double({ noNaN: true });
    case "boolean":
      return fc.boolean();
    default:
      return fittingText(json);
  }
}

function fittingText({ format, pattern }: Json): Arbitrary<unknown> {
  if (format === "date-time") {
    const times = fc.date({ min: new Date("0001-01-01"), max: new Date("9999-12-31"), noInvalidDate: true });
    return fc
      .oneof(times, fc.date({ min: new Date("2025-12-01"), max: new Date("2026-02-01"), noInvalidDate: true }))
      .map((date) => date.toISOString());
  }
  if (format === "uuid") return fc.uuid();
  if (pattern !== undefined && !pattern.includes("(?")) {
    return fc.oneof({ arbitrary: fc.stringMatching(new RegExp(pattern)), weight: 4 }, word);
  }
  return word;
}

function fittingObject({
  properties = {},
  required = [],
  additionalProperties,
  propertyNames,
}: Json): Arbitrary<unknown> {
  // Few of the optional ones at once, or hardly anything fits together.
  const known = Object.entries(properties).map(([key, value]) => {
    return [key, required.includes(key) ? build(value) : fc.option(build(value), { nil: undefined, freq: 1 })] as const;
  });
  const fields = fc.record(Object.fromEntries(known));
  if (typeof additionalProperties !== "object") return fields;
  const keys = fc.oneof(
    fc.constantFrom("daily", "hourly", "often", "__proto__"),
    fittingText(propertyNames ?? {}).map(String),
  );
  return fc.dictionary(keys, build(additionalProperties), { maxKeys: 4 });
}
