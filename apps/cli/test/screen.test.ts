import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { showLive } from "../src/show-live.ts";
import { openScreen } from "../src/screen.ts";
import { showVerification } from "../src/show-verification.ts";
import type { Output, World } from "../src/world.ts";
import { middle, NOW, rest, verifying } from "./fixture.ts";
import { foldReport } from "@backurne/reports";
import { showOn } from "./terminal.ts";

let written: string;
let crash: (() => void) | undefined;
const output: Output = {
  write: (text) => void (written += text),
  isTerminal: true,
  size: () => ({ columns: 80, rows: 10 }),
};
const onCrash: World["onCrash"] = (restore) => {
  crash = restore;
  return () => (crash = undefined);
};
beforeEach(() => (written = "$ backurne backup\n"));

describe("the foot of the screen", () => {
  test("is drawn in place, whether it grows or shrinks; what is printed stays above", () => {
    const screen = openScreen(output, { onCrash });
    screen.draw(["a"]);
    screen.draw(["bar", "one", "two"]);
    screen.print("WARN one\n");
    expect(showOn(written).lines).toEqual(["$ backurne backup", "WARN one", "bar", "one", "two"]);
    screen.draw(["bar", "two"]);
    screen.print("WARN two\n");
    screen.draw(["bar"]);
    expect(showOn(written)).toEqual({ lines: ["$ backurne backup", "WARN one", "WARN two", "bar"], cursor: false });
    screen.close();
    expect(showOn(written)).toEqual({ lines: ["$ backurne backup", "WARN one", "WARN two", ""], cursor: true });
    expect(crash).toBeUndefined();
    screen.print("afterwards\n");
    expect(showOn(written).lines.at(-2)).toBe("afterwards");
    expect(showOn(written).lines.at(-1)).toBe("");
  });

  test("is wiped and the cursor given back when the process ends in the middle", () => {
    openScreen(output, { onCrash }).draw(["bar", "one"]);
    crash?.();
    expect(showOn(written)).toEqual({ lines: ["$ backurne backup", ""], cursor: true });
  });
});

describe("a run on a terminal", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] }));
  afterEach(() => void vi.useRealTimers());

  test("shows progress below, trouble and log lines above, and the summary in the end", () => {
    const written0 = written;
    let logTo: ((text: string) => void) | undefined;
    const log = { logger: undefined as never, divert: (write: typeof logTo) => void (logTo = write) };
    const world = { now: () => NOW + 7000, onCrash } as World;
    const names = { prefix: "backup", legacyTimezone: "UTC" };
    const look = { width: 80, colours: true, zone: "UTC", now: NOW, uuid: false, names };
    const sink = showLive(output, { world, look, log });
    expect(written).toBe(written0);
    for (const event of middle) sink.event(event);
    vi.advanceTimersByTime(200);
    logTo?.("warn the run is not recorded\n");
    const { lines } = showOn(written);
    expect(lines.slice(1, 6)).toEqual([
      "run 01JC4  bk1  backurne 0.1.0",
      "4 due of 8 disks",
      "WARN rook/web01  profile db6h is not in the configuration; its points are kept",
      "REFUSED rook/db-old  9 of 12 for other reasons than time; others go on",
      "warn the run is not recorded",
    ]);
    expect(lines[6]).toMatch(/^\[ +\] 1\/5 {2}1\.2 of ~70 GiB/);
    expect(lines.at(-1)).toBe(" waiting 2   held 1");

    for (const event of rest) sink.event(event);
    sink.end(foldReport([...middle, ...rest]));
    expect(logTo).toBeUndefined();
    expect(vi.getTimerCount()).toBe(0);
    const after = showOn(written);
    expect(after.cursor).toBe(true);
    expect(after.lines.slice(6)).toEqual([
      "WARN px1/mail  freeze timed out after 10 s, thawed; crash-consistent, skew 40 ms",
      "FAIL mail  hook post_vm failed: /etc/backurne/hooks/post_vm failed with exit code 1",
      expect.stringMatching(/^FAIL rook\/pvc-.*connection refused \(is rook1 up\?\)$/),
      "done 12:00:12Z  3 ok  1 held by another host  1 FAILED  1.4 GiB, 125 MB/s",
      "expired: live 0, backup 0, trash 1  refused: 1 (see explain)  exit 4",
      "",
    ]);
  });
});

describe("a verification on a terminal", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] }));
  afterEach(() => void vi.useRealTimers());
  const names = { prefix: "backup", legacyTimezone: "UTC" };
  const look = { width: 80, colours: true, zone: "UTC", now: NOW, uuid: false, names };

  test("shows what is being compared, and wipes it in the end", () => {
    const shown = showVerification(output, { world: { onCrash } as World, look });
    const last = verifying.findLastIndex(({ kind }) => kind === "ended");
    for (const event of verifying.slice(0, last)) shown.event(event);
    vi.advanceTimersByTime(200);
    expect(showOn(written)).toEqual({
      lines: [
        "$ backurne backup",
        "4/5 compared  1 DIFFERENT",
        expect.stringMatching(/^ rook\/busy +[\d.]+\/1\.0 GiB$/),
      ],
      cursor: false,
    });
    for (const event of verifying.slice(last)) shown.event(event);
    vi.advanceTimersByTime(200);
    expect(showOn(written).lines).toEqual(["$ backurne backup", "5/5 compared  1 DIFFERENT"]);
    shown.close();
    shown.close();
    expect(showOn(written)).toEqual({ lines: ["$ backurne backup", ""], cursor: true });
    expect(vi.getTimerCount()).toBe(0);
  });

  test("nothing is drawn where it is over at once, or where there is no terminal", () => {
    const before = written;
    showVerification(output, { world: { onCrash } as World, look }).close();
    showVerification({ ...output, isTerminal: false }, { world: { onCrash } as World, look });
    vi.advanceTimersByTime(400);
    expect(written).toBe(before);
  });
});
