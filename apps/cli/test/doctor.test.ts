import * as schemas from "@backurne/reports/schemas";
import { describe, expect, test } from "vitest";
import { diagnosis } from "./fixture.ts";
import { run } from "./world.ts";

const WITHOUT_ERRORS = { ...diagnosis, findings: diagnosis.findings.filter(({ severity }) => severity !== "error") };
const mends = (calls: readonly (readonly [string, unknown])[]) => calls.filter(([name]) => name === "mend");

describe("doctor", () => {
  test("exit 3 for an error, 0 for anything less", async () => {
    expect((await run("doctor")).exit).toBe(3);
    const scene = { backurne: { examine: async () => WITHOUT_ERRORS } };
    expect((await run("doctor", scene)).exit).toBe(0);
  });

  test("changes nothing unless it is told to", async () => {
    expect(mends((await run("doctor --yes", { answer: true })).calls)).toEqual([]);
  });

  test("--fix asks first", async () => {
    expect(mends((await run("doctor --fix", { answer: false })).calls)).toEqual([]);
    const { calls, stdout } = await run("doctor --fix", { answer: true });
    // What hangs on a protected snapshot goes before it.
    expect(mends(calls).map(([, fix]) => (fix as { kind: string }).kind)).toEqual(["remove image", "unprotect"]);
    expect(stdout).toContain("done: remove restore-1");
  });

  test("--fix where nobody can answer needs --yes", async () => {
    const asked = await run("doctor --fix");
    expect(asked).toMatchObject({ exit: 2, stderr: expect.stringContaining("with --yes it does not ask") });
    expect(mends(asked.calls)).toEqual([]);
    expect(mends((await run("doctor --fix --yes")).calls)).toHaveLength(2);
  });

  test("--json says what was done", async () => {
    const plain = schemas.diagnosis.parse(JSON.parse((await run("doctor --json")).stdout));
    expect(plain).toEqual(diagnosis);
    const fixed = schemas.diagnosis.parse(JSON.parse((await run("doctor --json --fix --yes")).stdout));
    expect(fixed.mended?.map(({ outcome }) => outcome)).toEqual(["done", "done"]);
  });
});
