import { describe, expect, test, vi } from "vitest";
import { planRun } from "../src/index.ts";
import { broken } from "./broken.ts";
import { scenarios } from "./scenarios.ts";
import { show } from "./show.ts";

vi.setConfig({ testTimeout: 60_000 });

describe("whole plans, as text", () => {
  test.each(Object.keys(scenarios))("%s", async (name) => {
    const input = scenarios[name]?.();
    if (!input) throw new Error(`no scenario ${name}`);
    const plan = planRun(input);
    expect(broken(input, plan)).toEqual([]);
    expect(JSON.parse(JSON.stringify(plan))).toMatchObject({ version: 1, kind: "plan" });
    await expect(show(plan)).toMatchFileSnapshot(`goldens/${name.replaceAll(/[ ,]+/g, "-")}.txt`);
  });
});
