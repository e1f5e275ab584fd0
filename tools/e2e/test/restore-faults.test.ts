import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { flipAt, quote, waitUntil } from "@backurne/faults";
import type { BackurneError, PlainCluster } from "@backurne/model";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { MiB, openArena, write, type Arena } from "../src/arena.ts";
import { LAUNCHER, writeConfig } from "../src/cli.ts";
import { openFaults, type Fault, type Faults } from "../src/faults.ts";
import { digest } from "../src/kept.ts";
import { expireLeases, lockers } from "../src/leases.ts";
import { killOne } from "../src/processes.ts";
import { backedUp, holdImport, listImages, onImport, restore, shapeOf } from "../src/restoring.ts";

// A restore that goes wrong leaves no image under the name, no other one either, and the next one is as if nothing had been.

type Way = "ssh" | "compressed" | "helper";

async function open(way: Way = "ssh", written = 6): Promise<{ arena: Arena; faults: Faults }> {
  const arena = await openArena([{ maxOnLive: 0, count: 100 }]);
  const faults = await openFaults();
  const [cluster] = arena.settings.liveClusters as readonly [PlainCluster];
  const helper = { use: { cmd: "env", args: [`PATH=${faults.livePath}`] } };
  const taken =
    way === "helper" ? { ...cluster, reach: { helper } } : { ...cluster, compression: way === "compressed" };
  arena.settings = { ...arena.settings, liveClusters: [taken] };
  // Small objects: of big ones all would be on their way before the fault.
  await arena.createImage("disk", 32 * MiB, "--object-size", "64K");
  await arena.change("disk", [write(0, written * MiB)]);
  expect((await arena.backup()).report.exit).toBe(0);
  return { arena, faults };
}

async function failure(work: Promise<unknown>): Promise<BackurneError> {
  return work.then(
    () => {
      throw new Error("it should have failed");
    },
    (error: unknown) => error as BackurneError,
  );
}

/** Nothing is left, and the next one does well. */
async function expectNextDoesWell(arena: Arena, faults: Faults): Promise<void> {
  const pool = `--pool=${arena.pool}`;
  expect(await listImages(arena.sandbox.live, pool)).toEqual(["disk"]);
  await faults.set();
  await restore(arena, { env: faults.env });
  expect(await listImages(arena.sandbox.live, pool)).toEqual(["back", "disk"]);
  expect(await digest(arena.sandbox.live, { pool: arena.pool, image: "back" })).toBe(await backedUp(arena));
  expect(await arena.liveSnapshots("back")).toEqual([]);
  expect(await lockers(arena)).toBe(0);
}

/** The import's own exit code, as the live side saw it: 74 is a stream without its end. */
const NOTED = `"$real" "$@"; code=$?; echo "$code" >"$dir/import"; exit "$code"`;

function onExport(does: string): Fault {
  return { where: "backup", when: "export-diff", does, once: true };
}

function onZstd(does: string): Fault {
  return { where: "backup", program: "zstd", when: "-1", does, once: true };
}

interface Row {
  readonly what: string;
  readonly way: Way;
  readonly fault: Fault;
  readonly code: string;
  readonly message: RegExp;
  /** What the import ends with. */
  readonly import?: string;
}

const cut = (exit: number): Fault => onExport(`"$real" "$@" | head -c ${2 * MiB}; exit ${exit}`);
const failed = onExport(`"$real" "$@"; exit 5`);
const flip = `perl -e ${quote(flipAt)} ${2 * MiB}`;

const rows: readonly Row[] = [
  {
    what: "a stream cut, with exit code 0",
    way: "ssh",
    fault: cut(0),
    code: "command",
    message: /not in its end mark/,
  },
  { what: "a stream cut", way: "compressed", fault: cut(1), code: "command", message: /commit refused/, import: "74" },
  // The whole stream went out but for the byte that was held back: behind zstd the frame is complete, and yet nothing is made of it.
  { what: "an export that fails", way: "ssh", fault: failed, code: "command", message: /exit code 5/, import: "74" },
  {
    what: "an export that fails",
    way: "compressed",
    fault: failed,
    code: "command",
    message: /exit code 5/,
    import: "74",
  },
  { what: "an export that fails", way: "helper", fault: failed, code: "command", message: /exit code 5/, import: "74" },
  {
    what: "a frame that is cut on its way, with exit code 0",
    way: "compressed",
    fault: onZstd(`"$real" "$@" | head -c ${2 * MiB}; exit 0`),
    code: "command",
    message: /zstd|commit|broken|exit code/i,
    import: "74",
  },
  {
    what: "a bit that turns over in the frame",
    way: "compressed",
    fault: onZstd(`"$real" "$@" | ${flip}; exit 0`),
    code: "command",
    message: /zstd|checksum|corrupt|exit code/i,
  },
  {
    what: "a bit that turns over in the bytes",
    way: "ssh",
    fault: onImport(`${flip} | "$real" "$@"`),
    code: "difference",
    message: /is not what the backup holds/,
  },
  {
    what: "an import that makes nothing of it",
    way: "ssh",
    fault: onImport("cat >/dev/null; exit 0"),
    code: "unexpected",
    message: /lacks/,
  },
];

describe.each(rows)("$what ($way)", ({ way, fault, code, message, import: end }) => {
  test("becomes no disk", async () => {
    const { arena, faults } = await open(way);
    await faults.set(fault, ...(end === undefined ? [] : [onImport(NOTED)]));
    const error = await failure(restore(arena, { env: faults.env }));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(await faults.struck()).toBe(end === undefined ? 1 : 2);
    if (end !== undefined) expect((await readFile(join(faults.dir, "import"), "utf8")).trim()).toBe(end);
    await expectNextDoesWell(arena, faults);
  });
});

test("an image that takes the name meanwhile keeps it, and its bytes", async () => {
  const { arena, faults } = await open();
  const create = `"$real" "\${@:1:4}" create --size 1M --pool=${arena.pool} --image=back`;
  await faults.set(onImport(`"$real" "$@" && ${create}`));
  expect(await failure(restore(arena, { env: faults.env }))).toMatchObject({ code: "refused" });
  expect(await faults.struck()).toBe(1);
  expect(await listImages(arena.sandbox.live, `--pool=${arena.pool}`)).toEqual(["back", "disk"]);
  expect(await shapeOf(arena.sandbox.live, `--pool=${arena.pool}`, "--image=back")).toMatchObject({ size: MiB });
});

/** More than what lies between an export and an import that does not read. */
const PLENTY = 20;

/** A restore that stands in the middle of its import. */
async function standing(arena: Arena, faults: Faults, signal?: AbortSignal) {
  await faults.set(holdImport(2 * MiB));
  const ended = failure(restore(arena, { env: faults.env, ...(signal && { signal }) }));
  await waitUntil(() => existsSync(join(faults.dir, "reached")));
  return { ended, go: () => writeFile(join(faults.dir, "go"), "") };
}

test("while it is read the chain is held: no other run expires or continues it, and nobody backs up the half of a disk", async () => {
  const { arena, faults } = await open("ssh", PLENTY);
  const stop = new AbortController();
  const { ended, go } = await standing(arena, faults, stop.signal);
  const { report } = await arena.backup({ force: true });
  expect(report).toMatchObject({ exit: 11, totals: { held: 1, full: 0, removedBackup: 0 } });
  expect(report.jobs).toHaveLength(1);
  expect(await failure(restore(arena))).toMatchObject({ code: "held" });
  stop.abort("stopped by a test");
  await go();
  expect(await ended).toMatchObject({ code: "interrupted" });
  await expectNextDoesWell(arena, faults);
});

test.each([
  ["ssh", "ssh", "import-diff"],
  ["the exporter", "rbd", "export-diff"],
  ["the importer", "rbd", "import-diff#restoring-"],
])("%s is killed in the middle", async (_, program, words) => {
  const { arena, faults } = await open("ssh", PLENTY);
  const { ended, go } = await standing(arena, faults);
  await killOne(arena, program, words);
  await go();
  expect(await ended).toMatchObject({ code: "command" });
  await expectNextDoesWell(arena, faults);
});

test("the tool is killed in the middle: its programs end, what it left explains itself, and the next restore takes it away", async () => {
  const { arena, faults } = await open("ssh", PLENTY);
  const pool = `--pool=${arena.pool}`;
  await faults.set(holdImport(2 * MiB));
  const config = await writeConfig(arena);
  const words = ["restore", "disk", "latest", "--to", `alpha/${arena.pool}/back`];
  const tool = execa(LAUNCHER, ["--config", config, ...words], { env: faults.env, reject: false });
  await waitUntil(() => existsSync(join(faults.dir, "reached")));
  tool.kill("SIGKILL");
  expect((await tool).signal).toBe("SIGKILL");
  await writeFile(join(faults.dir, "go"), "");
  const [disk, left, ...others] = await listImages(arena.sandbox.live, pool);
  expect([disk, others]).toEqual(["disk", []]);
  expect(left).toMatch(/^restoring-/);
  const mark = await arena.live("image-meta", "get", pool, `--image=${left}`, "backurne.restoring");
  expect(JSON.parse(mark)).toMatchObject({ image: "alpha;disk;None", becomes: "back" });
  expect((await arena.backup({ force: true })).report.jobs.map((job) => job.outcome)).toEqual(["held"]);

  await expireLeases(arena);
  await faults.set();
  await restore(arena, { env: faults.env });
  expect(await listImages(arena.sandbox.live, pool)).toEqual(["back", "disk"]);
  expect(await digest(arena.sandbox.live, { pool: arena.pool, image: "back" })).toBe(await backedUp(arena));
});
