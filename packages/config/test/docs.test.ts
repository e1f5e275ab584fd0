import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { configJsonSchema, exampleConfig } from "../src/index.ts";
import { problemsIn, settingsIn } from "./texts.ts";

const docs = (name: string) => readFile(new URL(`../../../docs/${name}`, import.meta.url), "utf8");
const example = exampleConfig();
/** A setting that is switched off has no space behind its `#`, or more than one. */
const switchedOn = example.replace(/^( *)#(?=\S| {2,}\S)/gm, "$1");

// After a change: pnpm --filter @backurne/config docs
test("docs/backurne.yaml is the example", async () => {
  expect(await docs("backurne.yaml")).toBe(example);
});

test("docs/backurne.schema.json is the schema", async () => {
  expect(JSON.parse(await docs("backurne.schema.json"))).toEqual(configJsonSchema());
});

test("the example is valid, as it is and with everything switched on", () => {
  expect(problemsIn(example)).toEqual([]);
  expect(problemsIn(switchedOn)).toEqual([]);
  expect(settingsIn(switchedOn).liveClusters.map(({ name }) => name)).toEqual(["alpha", "rook", "px1", "px2"]);
});

// One of two that exclude each other; the example names the better one.
const left = ["password", "token_secret", "token", "db"];

test("the example shows every key there is", () => {
  const shown = (key: string) => new RegExp(`(?:^|[\\s{-])${key}:`, "m").test(switchedOn);
  expect([...keysOf(configJsonSchema())].filter((key) => !left.includes(key) && !shown(key))).toEqual([]);
});

test("where the example says a value that has a default, it says the default", () => {
  const schema = configJsonSchema() as { properties: Record<string, { default?: unknown }> };
  for (const [key, { default: value }] of Object.entries(schema.properties)) {
    if (value === undefined || typeof value === "object") continue;
    expect(example).toMatch(new RegExp(`^${key}: ${String(value)}(?: #.*)?$`, "m"));
  }
});

function keysOf(schema: unknown): Set<string> {
  if (typeof schema !== "object" || schema === null) return new Set();
  const inner = Object.values(schema).flatMap((value) => [...keysOf(value)]);
  const properties = "properties" in schema && !("const" in schema) ? Object.keys(schema.properties as object) : [];
  return new Set([...properties, ...inner]);
}
