import { BackurneError, type RestoreEvent } from "@backurne/model";
import * as schemas from "@backurne/reports/schemas";
import { describe, expect, test } from "vitest";
import { at, NOW, restored, restoreEvents } from "./fixture.ts";
import { run } from "./world.ts";

const WORDS = ["restore", "mail", "@2026-11-02T11:58", "--to", "px1/ceph/vm-100-disk-9"] as const;
const REQUEST = { image: "mail", snapshot: "@2026-11-02T11:58", to: "px1/ceph/vm-100-disk-9" };

describe("the words become a request", () => {
  test.each([
    [[], { watched: false }],
    [["--dry-run"], { dryRun: true, watched: false }],
    [["--json"], { watched: false }],
  ])("%j", async (more, options) => {
    const { calls, exit } = await run([...WORDS, ...more]);
    expect(calls).toContainEqual(["restore", { ...REQUEST, ...options }]);
    expect(exit).toBe(0);
  });

  test("with progress where somebody looks", async () => {
    const asked = ["restore", { ...REQUEST, watched: true }];
    expect((await run(WORDS, { width: 80 })).calls).toContainEqual(asked);
    expect((await run([...WORDS, "--json"], { stderrIsTerminal: true })).calls).toContainEqual(asked);
    expect((await run([...WORDS, "--json"], { width: 80 })).calls).not.toContainEqual(asked);
  });

  test.each([
    "restore",
    "restore mail",
    "restore mail latest",
    "restore mail latest --to",
    "restore a b --to c --to d",
  ])("%s is exit 2", async (words) => expect(await run(words)).toMatchObject({ exit: 2, stdout: "" }));
});

describe("what came of it", () => {
  test("as lines", async () => {
    await expect((await run(WORDS)).stdout).toMatchFileSnapshot("goldens/restore-plain.txt");
  });

  test("of a dry run as lines", async () => {
    const backurne = {
      restore: async () => ({ ...restored, outcome: "planned" as const, milliseconds: undefined, digest: undefined }),
    };
    const { stdout } = await run([...WORDS, "--dry-run"], { backurne });
    await expect(stdout).toMatchFileSnapshot("goldens/restore-dry-run.txt");
  });

  test("as a document, and nothing else on stdout", async () => {
    const { stdout, stderr } = await run([...WORDS, "--json"]);
    expect(schemas.restoration.parse(JSON.parse(stdout))).toEqual(restored);
    expect(stderr).toContain("WARN px1/ceph/vm-100-disk-9  px1 has no pool ec");
  });

  test("no name can paint or break a line", async () => {
    // oxlint-disable-next-line no-control-regex
    expect((await run(WORDS)).stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });
});

describe("on a terminal", () => {
  /** What stands on the screen while the given events have come and a little time has passed. */
  async function frame(events: readonly RestoreEvent[], seconds: number): Promise<string> {
    const backurne = {
      restore: async (_request: unknown, { onEvent }: { onEvent?: (event: RestoreEvent) => void } = {}) => {
        for (const event of events) onEvent?.(event);
        await new Promise((drawn) => setTimeout(drawn, 450));
        return restored;
      },
    };
    return (await run(WORDS, { width: 80, backurne, now: () => NOW + seconds * 1000 })).stdout;
  }

  test("bytes, rate and time left, then that it is being verified; trouble stays", async () => {
    const sending = await frame(restoreEvents.slice(0, 4), 21);
    expect(sending).toMatch(/px1\/mail\/scsi0 +FULL hourly +1\.0\/4\.0 GiB +5\d MB\/s +\d:\d\d/);
    expect(sending).toContain("WARN px1/ceph/vm-100-disk-9  px1 has no pool ec");
    expect(await frame(restoreEvents.slice(0, 6), 61)).toContain("verifying by hash  0:11");
  });

  test("the terminal is given back when it fails, and the error is one line with its exit code", async () => {
    const backurne = {
      restore: async (_request: unknown, { onEvent }: { onEvent?: (event: RestoreEvent) => void } = {}) => {
        for (const event of restoreEvents.slice(0, 3)) onEvent?.(event);
        onEvent?.({ kind: "warning", at: at(3), about: "px1/ceph", message: "the unfinished image x is left there" });
        throw new BackurneError("difference", "what arrived is not what the backup holds", { hint: "try once more" });
      },
    };
    const { exit, stdout, stderr } = await run(WORDS, { width: 80, backurne });
    expect(exit).toBe(13);
    expect(stdout).toContain("the unfinished image x is left there");
    expect(stdout.endsWith("\u001b[?25h")).toBe(true);
    expect(stderr).toBe("backurne: what arrived is not what the backup holds\n  hint: try once more\n");
  });
});
