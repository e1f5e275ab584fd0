import { applyProgress, initialProgress, viewProgress } from "@backurne/reports";
import { describe, expect, test } from "vitest";
import { renderLive } from "../src/render/live.ts";
import { widthOf } from "../src/render/width.ts";
import { middle, NOW } from "./fixture.ts";
import { run } from "./world.ts";

const PICTURES = [
  ["plan", "plan"],
  ["plan-uuid", "plan --uuid"],
  ["ls", "ls"],
  ["ls-image", "ls web01"],
  ["ls-image-uuid", "ls web01 --uuid"],
  ["explain", "explain web01"],
  ["stats", "stats"],
  ["verify", "verify web01"],
  ["precheck", "precheck"],
  ["doctor", "doctor"],
  ["hold", "hold web01 --until 2027-01-01 --reason audit"],
  ["release", "release web01"],
  ["retention", "retention apply --dry-run"],
  ["retention-image", "retention apply web01"],
  ["forget", "forget ci-3"],
  ["map", "map px1/mail latest"],
  ["list-mapped", "list-mapped"],
  ["unmap", "unmap m3"],
  ["trash-ls", "trash ls"],
  ["trash-restore", "trash restore gone8"],
  ["trash-empty", "trash empty --yes"],
] as const;

describe.each([80, 140])("on a terminal of %i columns", (width) => {
  test.each(PICTURES)("%s", async (name, words) => {
    const { stdout, stderr } = await run(words, { width });
    await expect(stdout).toMatchFileSnapshot(`goldens/${name}-${width}.txt`);
    expect(stderr).toBe("");
  });
});

describe("every picture", () => {
  test.each(PICTURES)("%s: tables fit 80 columns; lines end without blanks", async (_, words) => {
    const { stdout } = await run(words, { width: 80 });
    const lines = stdout.trimEnd().split("\n");
    expect(lines.filter((line) => /\s$/.test(line))).toEqual([]);
    // Devices and mount points are there to be typed.
    const table = lines.filter(
      (line) => !/^(WARN|REFUSED|FAIL|close|trash|held|image|policy|SUSPECT|\d+ same| {4}[|`/])/.test(line),
    );
    expect(table.filter((line) => widthOf(line) > 80)).toEqual([]);
  });

  test.each(PICTURES)("%s: no name can paint or break a line", async (_, words) => {
    const { stdout } = await run(words, { width: 80 });
    // oxlint-disable-next-line no-control-regex
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });

  test.each(PICTURES)("%s: nothing is shortened in a file", async (_, words) => {
    expect((await run(words)).stdout).not.toContain("…");
  });
});

describe("colours", () => {
  const coloured = async (env: Record<string, string>, width?: number) =>
    (await run("ls", { env, width })).stdout.includes("\u001b[");

  test("only on a terminal, and where nobody objects", async () => {
    expect(await coloured({}, 80)).toBe(true);
    expect(await coloured({})).toBe(false);
    expect(await coloured({ NO_COLOR: "1" }, 80)).toBe(false);
    expect(await coloured({ TERM: "dumb" }, 80)).toBe(false);
  });

  test("change no width", async () => {
    const plain = (await run("ls", { width: 80 })).stdout;
    const { stdout } = await run("ls", { width: 80, env: {} });
    // oxlint-disable-next-line no-control-regex
    expect(stdout.replaceAll(/\u001b\[\d+m/g, "").replaceAll(/ +$/gm, "")).toBe(plain);
  });
});

describe("backup, as lines", () => {
  test("of a run with some of everything", async () => {
    const { stdout, exit } = await run("backup");
    await expect(stdout).toMatchFileSnapshot("goldens/backup-plain.txt");
    expect(exit).toBe(4);
  });
});

describe("backup, live", () => {
  test.each([80, 140])("the foot of a terminal of %i columns", async (width) => {
    const frame = frameOf({ width, rows: 24 });
    await expect(frame.join("\n")).toMatchFileSnapshot(`goldens/backup-live-${width}.txt`);
    for (const line of frame) expect(widthOf(line)).toBeLessThan(width);
  });

  test.each([1, 2, 3, 4, 5])("is never as high as a terminal of %i rows", async (rows) => {
    expect(frameOf({ width: 80, rows }).length).toBeLessThanOrEqual(Math.max(1, rows - 1));
  });

  test("gives the cursor back and leaves nothing of the foot", async () => {
    const { stdout } = await run("backup", { width: 80 });
    expect(stdout.indexOf("\u001b[?25l")).toBeGreaterThanOrEqual(0);
    expect(stdout.indexOf("\u001b[?25h")).toBeGreaterThan(stdout.lastIndexOf("\u001b[?25l"));
    const afterwards = stdout.slice(stdout.indexOf("\u001b[?25h"));
    expect(afterwards).toContain("done 12:00:12Z  3 ok");
  });
});

function frameOf({ width, rows }: { width: number; rows: number }): readonly string[] {
  const view = viewProgress(middle.reduce(applyProgress, initialProgress), NOW + 7000);
  const names = { prefix: "backup", legacyTimezone: "UTC" };
  return renderLive(view, { rows, look: { width, colours: false, zone: "UTC", now: NOW, uuid: false, names } });
}
