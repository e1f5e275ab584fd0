import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BackurneError } from "@backurne/model";
import type { ErrorCode } from "@backurne/model";
import * as schemas from "@backurne/reports/schemas";
import type { RunOptions } from "backurne";
import { afterAll, describe, expect, test } from "vitest";
import { images, middle, plan, points, settings, started, unreadable, verification } from "./fixture.ts";
import { run } from "./world.ts";
import { COMMANDS } from "./commands.ts";

const directory = mkdtempSync(join(tmpdir(), "backurne-cli-"));
afterAll(() => rmSync(directory, { recursive: true }));
const inDirectory = { readConfig: async () => ({ ...settings, stateDir: directory }) };

const SAMPLE_HINT = "`backurne verify --sample 1/30` every night has compared everything after a month";

describe("flags become options of the run", () => {
  const TABLE: readonly [string, RunOptions][] = [
    ["", {}],
    ["--cluster rook --profile hourly", { cluster: "rook", profile: "hourly" }],
    ["--cluster=007", { cluster: "007" }],
    ["--cluster px1 --vmid 100", { cluster: "px1", vmid: 100 }],
    ["--force", { force: true }],
    ["--cleanup", { cleanup: "all" }],
    ["--no-cleanup", { cleanup: "none" }],
    ["--cleanup --no-cleanup", { cleanup: "none" }],
    ["--no-cleanup --cleanup", { cleanup: "none" }],
    ["--take-over", { takeOver: true }],
    ["--take-over --force", { takeOver: true, force: true }],
    ["--take-over prove", { takeOver: "prove" }],
    ["--take-over=prove", { takeOver: "prove" }],
    ["--accept-removals 9", { acceptRemovals: 9 }],
    ["--accept-removals 0", { acceptRemovals: 0 }],
  ];
  test.each(TABLE)("backup %s", async (flags, options) => {
    const { calls } = await run(`backup ${flags}`);
    expect(calls.find(([name]) => name === "backup")).toEqual(["backup", options]);
  });
  test.each(TABLE)("plan %s, and backup --dry-run", async (flags, options) => {
    for (const words of [`plan ${flags}`, `backup --dry-run ${flags}`]) {
      const { calls } = await run(words);
      expect(calls.find(([name]) => name === "plan")).toEqual(["plan", options]);
      expect(calls.map(([name]) => name)).not.toContain("backup");
    }
  });
});

describe("mistakes in the words are exit 2, one line and the way to the help", () => {
  test.each([
    ["", "a command is missing", "see backurne --help"],
    ["bakup", "did you mean backup?", "see backurne --help"],
    ["backup --dryrun", "unknown argument: dryrun", "see backurne backup --help"],
    ["backup everything", "unknown argument: everything", "see backurne backup --help"],
    ["backup --vmid web01", '--vmid takes a number, not "web01"', "see backurne backup --help"],
    ["backup --vmid", "not enough arguments following: vmid", "see backurne backup --help"],
    ["plan --vmid 1 --vmid 2", '--vmid takes a number, not ["1","2"]', "see backurne plan --help"],
    ["backup --cluster", "not enough arguments following: cluster", "see backurne backup --help"],
    ["backup --cluster a --cluster b", "--cluster is given more than once", "see backurne backup --help"],
    ["plan --take-over proof", '--take-over takes nothing or "prove", not "proof"', "see backurne plan --help"],
    ["plan --accept-removals -1", '--accept-removals takes a number, not "-1"', "see backurne plan --help"],
    ["plan --accept-removals many", '--accept-removals takes a number, not "many"', "see backurne plan --help"],
    ["explain", "not enough non-option arguments: got 0, need at least 1", "see backurne explain --help"],
    ["verify", "name an image, or say how much of all images: --sample or --full", SAMPLE_HINT],
    ["verify --sample 31/30", '--sample takes a share like 1/30, not "31/30"', "see backurne verify --help"],
    ["verify --sample 0/30", '--sample takes a share like 1/30, not "0/30"', "see backurne verify --help"],
    ["verify --sample many", '--sample takes a share like 1/30, not "many"', "see backurne verify --help"],
    ["check-snap --sample 1/30", "unknown argument: sample", "see backurne check-snap --help"],
    ["ls a b", "unknown argument: b", "see backurne ls --help"],
    [
      "completion fish",
      'invalid values: Argument: shell, Given: "fish", Choices: "bash", "zsh"',
      "see backurne completion --help",
    ],
  ])("%s", async (words, message, hint) => {
    const { exit, stdout, stderr, calls } = await run(words);
    expect(stderr).toBe(`backurne: ${message}\n  hint: ${hint}\n`);
    expect({ exit, stdout, calls }).toEqual({ exit: 2, stdout: "", calls: [] });
  });
});

describe("--help", () => {
  test.each(["", ...COMMANDS])("%s: usage, examples, exit codes", async (command) => {
    const { exit, stdout, stderr, calls } = await run(`${command} --help`);
    expect({ exit, stderr, calls }).toEqual({ exit: 0, stderr: "", calls: [] });
    expect(stdout).toContain(`backurne ${command || "COMMAND"}`);
    expect(stdout).toContain("Examples:");
    expect(stdout).toContain("130  interrupted");
    expect(stdout.split("\n").filter((line) => line.length > 100)).toEqual([]);
  });

  test("names every command but the one for machines, and fits the terminal", async () => {
    const { stdout } = await run("--help", { width: 70 });
    for (const command of COMMANDS) expect(stdout).toContain(`  backurne ${command}`);
    expect(stdout).not.toContain("__complete");
    const table = stdout.slice(stdout.indexOf("Commands:"), stdout.indexOf("Exit codes:"));
    expect(table.split("\n").filter((line) => line.length > 70)).toEqual([]);
  });
});

describe("errors become exit codes", () => {
  const CODES: readonly [ErrorCode, number][] = [
    ["unexpected", 1],
    ["usage", 2],
    ["configuration", 2],
    ["command", 3],
    ["refused", 4],
    ["held", 11],
    ["not-found", 12],
    ["difference", 13],
    ["interrupted", 130],
  ];
  const failing = (error: unknown) => ({ backurne: { points: () => Promise.reject(error) } });

  test.each(CODES)("%s: %i", async (code, exit) => {
    const error = new BackurneError(code, "no such \u001b[31mimage", { hint: "try ls" });
    expect(await run("ls x", failing(error))).toMatchObject({
      exit,
      stdout: "",
      stderr: "backurne: no such \\x1b[31mimage\n  hint: try ls\n",
    });
  });

  test("anything else is unexpected", async () => {
    const ran = await run("ls x", failing(new TypeError("x is not a function")));
    expect(ran.exit).toBe(1);
    expect(ran.stderr).toBe("backurne: x is not a function\n  hint: --debug shows where it happened\n");
  });

  test("--debug adds the programs, their stderr, the stack and the causes", async () => {
    const stages = [
      { file: "rbd", args: ["ls", "a b"], code: 2, signal: undefined, stderr: "rbd: no\nreally\n" },
      { file: "ssh", args: [], code: undefined, signal: "SIGKILL", stderr: "" },
      { file: "zstd", args: [], code: undefined, signal: undefined, stderr: "" },
    ];
    const error = Object.assign(new BackurneError("command", "rbd failed", { cause: new Error("deep") }), { stages });
    const { stderr } = await run("ls x --debug", failing(error));
    expect(stderr).toContain('  ran ["rbd","ls","a b"]: exit 2\n    rbd: no\n    really\n');
    expect(stderr).toContain('  ran ["ssh"]: SIGKILL\n  ran ["zstd"]: could not be started\n');
    expect(stderr).toMatch(/BackurneError: rbd failed\n {4}at .*[^]*caused by\nError: deep\n {4}at /);
  });

  test("mistakes of a configuration stand at the beginning of their lines", async () => {
    const message = "/etc/b.yaml:3:1: pol: unknown key\n/etc/b.yaml:9:5: live_clusters[0].fqdn: is missing";
    const readConfig = () => Promise.reject(new BackurneError("configuration", message, { hint: "correct these" }));
    const ran = await run("ls", { door: { readConfig } });
    expect(ran).toMatchObject({ exit: 2, stderr: `${message}\n  hint: correct these\n` });
  });

  test("the front door is closed, also after an error", async () => {
    const { calls } = await run("ls x", failing(new Error("no")));
    expect(calls.at(-1)).toEqual(["close", undefined]);
  });
});

describe("documents for programs", () => {
  const parsed = async (words: string) => JSON.parse((await run(words, { width: 80 })).stdout) as unknown;

  test("ls and ls IMAGE are bare arrays", async () => {
    expect(await parsed("ls --json")).toEqual(images);
    expect(await parsed("ls web01 --json")).toEqual(points);
  });

  test.each([
    ["plan", schemas.plan],
    ["backup --dry-run", schemas.plan],
    ["explain web01", schemas.explanation],
    ["stats", schemas.stats],
    ["verify --full", schemas.verification],
    ["check-snap", schemas.verification],
    ["version", schemas.version],
    ["config check", schemas.configCheck],
    ["ls", schemas.imageListings],
    ["ls web01", schemas.pointListings],
    ["hold web01 latest --until 2027-01-01 --reason audit", schemas.holdReport],
    ["hold web01", schemas.holdReport],
    ["release web01", schemas.releaseReport],
    ["retention apply", schemas.retention],
    ["forget ci-3", schemas.forgotten],
    ["trash ls", schemas.trash],
    ["trash restore gone8", schemas.trashRestored],
    ["trash empty --yes", schemas.trashEmptied],
  ])("%s --json", async (words, schema) => {
    const document = await parsed(`${words} --json`);
    expect(schema.parse(document)).toEqual(document);
  });

  test("stats add up", async () => {
    expect(await parsed("stats --json")).toMatchObject({
      total: { images: 2, snapshots: 94, used: 900_000 + 4e11, size: 2 ** 34 + 1.2e12 },
    });
  });
});

describe("plan", () => {
  const exitOf = async (more: object) =>
    (await run("plan", { backurne: { plan: async () => ({ ...plan, refused: [], ...more }) } })).exit;

  test("exits with what is known beforehand", async () => {
    expect(await exitOf({})).toBe(0);
    expect(await exitOf({ failures: [{ about: "px3", message: "connection refused" }] })).toBe(3);
    expect(await exitOf({ refused: plan.refused })).toBe(4);
  });

  test("lists forty removals and counts more", async () => {
    const remove = (id: number) => ({
      id: `j${id}`,
      subject: plan.jobs[0]!.subject,
      lock: "",
      lane: "",
      priority: "normal" as const,
      steps: [{ ...(plan.jobs[0]!.steps[2] as object), id: String(id) } as never],
    });
    const stdoutOf = async (count: number) => {
      const jobs = Array.from({ length: count }, (_, id) => remove(id));
      return (await run("plan", { backurne: { plan: async () => ({ ...plan, jobs }) } })).stdout;
    };
    expect(await stdoutOf(40)).toContain("EXPIRES");
    expect(await stdoutOf(41)).not.toContain("EXPIRES");
    expect(await stdoutOf(41)).toContain("expire  backup 41  live 0  (each one: plan --json, explain IMAGE)");
  });
});

describe("verify", () => {
  test.each([
    ["verify web01", { image: "web01", manner: "full" }],
    ["verify --full", { manner: "full" }],
    ["verify --full --cluster rook", { cluster: "rook", manner: "full" }],
    ["verify --sample 2/30", { manner: { count: 2, of: 30 } }],
    ["verify web01 --sample 2/30", { image: "web01", manner: { count: 2, of: 30 } }],
    ["check-snap", { manner: "hash" }],
    ["check-snap web01 --cluster rook", { image: "web01", cluster: "rook", manner: "hash" }],
  ])("%s", async (words, asked) => {
    const { calls, exit } = await run(words);
    const [, options] = calls.find(([name]) => name === "verify") ?? [];
    expect(options).toEqual({ image: undefined, cluster: undefined, ...asked });
    expect(exit).toBe(verification.exit);
  });

  test("how much of it cannot be said twice", async () => {
    const { exit, stderr, calls } = await run("verify --sample 1/30 --full");
    expect({ exit, stderr, calls }).toEqual({
      exit: 2,
      stderr: "backurne: --sample and --full exclude each other\n",
      calls: [],
    });
  });
});

describe("backup --json", () => {
  test("is an event a line, the plan first, the report last; the log goes to stderr", async () => {
    const { stdout, stderr, exit } = await run("backup --json");
    const lines = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { kind: string });
    expect(lines[0]?.kind).toBe("plan");
    for (const line of lines.slice(0, -1)) schemas.runEvent.parse(line);
    expect(schemas.runReport.parse(lines.at(-1)).exit).toBe(exit);
    expect(stderr).toContain("FAIL rook/pvc-");
    for (const line of stderr.trimEnd().split("\n")) JSON.parse(line);
  });

  test("shows the progress on a terminal at stderr, and nothing but JSON on stdout", async () => {
    const { stdout, stderr } = await run("backup --json", { stderrIsTerminal: true });
    expect(stderr).toContain("\u001b[?25h");
    expect(stderr).toContain("done 12:00:12Z");
    for (const line of stdout.trimEnd().split("\n")) JSON.parse(line);
  });

  test("--log-level silent: no log", async () => {
    expect((await run("backup --json --log-level silent", { door: inDirectory })).stderr).toBe("");
  });
});

describe("a backup that is thrown out", () => {
  const throwing = (events: typeof middle, error: unknown) => ({
    backurne: {
      backup: async ({ onEvent }: { onEvent?: (event: (typeof middle)[number]) => void } = {}) => {
        for (const event of events) onEvent?.(event);
        throw error;
      },
    },
    door: inDirectory,
  });

  test("before anything began is an error like any other", async () => {
    const error = new BackurneError("usage", "no cluster of the name px9", { hint: "there is rook" });
    const { exit, stdout, stderr } = await run("backup --json", throwing([], error));
    expect({ exit, stdout, stderr }).toEqual({
      exit: 2,
      stdout: "",
      stderr: "backurne: no cluster of the name px9\n  hint: there is rook\n",
    });
  });

  test("afterwards still ends with a report, and no job counts as done that was not", async () => {
    const { exit, stdout, stderr } = await run("backup --json", throwing(middle, new TypeError("oops")));
    const report = schemas.runReport.parse(JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? ""));
    expect(report).toMatchObject({ exit: 1, totals: { done: 0, failed: 4 } });
    expect(exit).toBe(1);
    expect(stderr).toContain("backurne: oops\n");
  });

  test("gives the terminal back", async () => {
    const { stdout } = await run("backup", { ...throwing(middle, new Error("oops")), width: 80 });
    expect(stdout.lastIndexOf("\u001b[?25h")).toBeGreaterThan(stdout.lastIndexOf("\u001b[?25l"));
  });
});

describe("the run file", () => {
  test("is kept in the state directory", async () => {
    await run("backup", { door: inDirectory });
    expect(readFileSync(join(directory, "runs/01JC4.ndjson"), "utf8")).toContain('"kind":"report"');
  });

  test("that cannot be written is a warning and changes no exit code", async () => {
    const file = join(directory, "file");
    writeFileSync(file, "");
    const readConfig = async () => ({ ...settings, stateDir: file });
    const { stderr, exit } = await run("backup", { door: { readConfig }, events: [started] });
    expect(stderr).toContain("the run is not recorded in");
    expect(exit).toBe(0);
  });
});

describe("config", () => {
  const old = join(directory, "old.conf");
  writeFileSync(old, "config = {}\n");
  const conversion = (secretsDirectory = "/etc") => ({
    yaml: "snap_prefix: backup\n",
    secrets: [{ file: join(secretsDirectory, "px1"), content: "hush\n" }],
    notes: ["fsfreeze is off"],
  });
  const door = {
    convertConfig: (_: string, where: { secretsDirectory?: string | undefined }) => conversion(where.secretsDirectory),
  };

  test("check takes the file of its argument before --config", async () => {
    const { stdout, calls } = await run("config check a.yaml --config b.yaml");
    expect(stdout).toBe("a.yaml: ok, clusters rook; profiles daily, hourly\n");
    expect(calls).toContainEqual(["findConfig", "a.yaml"]);
  });

  test("convert prints YAML, notes aside, and no secret", async () => {
    const { stdout, stderr, exit } = await run(`config convert ${old}`, { door });
    expect(stdout).toBe("snap_prefix: backup\n");
    expect(stderr).toBe("note: fsfreeze is off\nnote: secrets are written only with --out DIRECTORY\n");
    expect(exit).toBe(0);
  });

  test("convert --out writes files nobody else reads, and never over one that is there", async () => {
    const out = join(directory, "new");
    const first = await run(`config convert ${old} --out ${out}`, { door });
    expect(first).toMatchObject({ exit: 0, stdout: "" });
    for (const file of ["backurne.yaml", "secrets/px1"]) expect(statSync(join(out, file)).mode & 0o777).toBe(0o600);
    expect(readdirSync(out).toSorted()).toEqual(["backurne.yaml", "secrets"]);
    const again = await run(`config convert ${old} --out ${out}`, { door });
    expect(again).toMatchObject({ exit: 2, stderr: expect.stringContaining("EEXIST") });
  });

  test("convert names what it cannot read, with its lines", async () => {
    const problems = [{ file: old, line: 3, column: 7, path: "live_clusters", message: "is a call, not a value" }];
    const ran = await run(`config convert ${old}`, { door: { convertConfig: () => ({ problems }) } });
    expect(ran.exit).toBe(2);
    expect(ran.stderr).toContain(`${old}:3:7: live_clusters: is a call, not a value\n`);
    expect(await run("config convert /nonexistent", { door })).toMatchObject({ exit: 2 });
    expect(await run("config convert", { door })).toMatchObject({ exit: 2 });
  });
});

describe("map and unmap", () => {
  const asked = async (words: string) => (await run(words)).calls.find(([name]) => /map/.test(name))?.[1];

  test.each([
    ["map a latest", {}],
    ["map a latest web01", { vmdk: "web01" }],
    ["map a latest --with b@latest --with c@2026-11-02", { with: ["b@latest", "c@2026-11-02"] }],
    ["map --with b@latest a latest", { with: ["b@latest"] }],
    ["map a latest --for 8h", { lifetime: 8 * 3_600_000 }],
    ["map a latest --for 1w", { lifetime: 7 * 86_400_000 }],
  ])("%s", async (words, more) => expect(await asked(words)).toEqual({ image: "a", snapshot: "latest", ...more }));

  test.each([
    ["unmap m3", { image: "m3" }],
    ["unmap a latest", { image: "a", snapshot: "latest" }],
  ])("%s", async (words, request) => expect(await asked(words)).toEqual(request));

  test.each(["0h", "8", "8 h", "h", "1y"])("--for %s is no time", async (text) => {
    const { exit, stderr } = await run(["map", "a", "latest", "--for", text]);
    expect({ exit, stderr }).toEqual({
      exit: 2,
      stderr: `backurne: --for ${text} is no time\n  hint: as 30m, 8h, 2d or 1w\n`,
    });
  });

  test("what differs from its journal is exit 3", async () => {
    expect(await run("list-mapped")).toMatchObject({ exit: 3 });
    expect(await run("list-mapped", { backurne: { listMapped: async () => [] } })).toMatchObject({
      exit: 0,
      stdout: "nothing is mapped on this host\n",
    });
  });

  test("a terminal sees what is done, a file does not", async () => {
    expect((await run("map a latest", { stderrIsTerminal: true })).stderr).toContain(
      "opening volume group: backurne_m3_vg",
    );
    expect((await run("map a latest")).stderr).toBe("");
  });

  const sweepMapped = async () => ["m3 has expired: in use\u001b"];

  test.each(["ls", "map a latest", "list-mapped", "backup"])(
    "%s: what has expired and cannot be undone is a warning",
    async (words) => {
      const { stderr } = await run(words, { backurne: { sweepMapped } });
      expect(stderr).toContain("WARN m3 has expired: in use\\x1b\n");
    },
  );

  test.each(["unmap m3", "metrics", "__complete mapped", "version", "config example", "completion bash", "--help"])(
    "%s leaves what has expired",
    async (words) => {
      let swept = 0;
      const { exit } = await run(words, { backurne: { sweepMapped: async () => ((swept += 1), []) } });
      expect({ exit, swept }).toEqual({ exit: 0, swept: 0 });
    },
  );

  test("one whose journal cannot be read is a line like the others, and exit 3", async () => {
    const { exit, stdout } = await run("list-mapped", { backurne: { listMapped: async () => [unreadable] } });
    expect(exit).toBe(3);
    expect(stdout.split("\n").map((line) => line.trim().split(/ {2,}/))).toEqual([
      ["ID", "BACKUP", "BY", "SINCE", "EXPIRES", "STATE"],
      ["m5", "-", "-", "-", "-", "UNREADABLE"],
      ["its journal is broken in line 1"],
      ["undo it by hand"],
      [""],
    ]);
    const { stdout: json } = await run("list-mapped --json", { backurne: { listMapped: async () => [unreadable] } });
    expect(schemas.mappings.parse(JSON.parse(json)).mappings).toEqual([unreadable]);
  });
});

describe("what the completion asks", () => {
  const linesOf = async (...words: readonly string[]) => (await run(["__complete", ...words])).stdout.split("\n");

  test("clusters, profiles, snapshots", async () => {
    expect(await linesOf("clusters")).toEqual(["rook", ""]);
    expect(await linesOf("places")).toEqual(["rook/rbd/", "backup/backups/", ""]);
    expect(await linesOf("mapped")).toEqual(["m3", "m4", ""]);
    expect(await linesOf("profiles")).toEqual(["daily", "hourly", ""]);
    expect(await linesOf("snapshots", "web01")).toEqual([
      "latest",
      "@2026-11-02T11:58:00",
      "@2026-11-02T11:00:00",
      "@2026-11-01T13:00:00",
      "",
    ]);
  });

  test("snapshots: times of people, unless a name is begun, or they do not tell them apart", async () => {
    expect(await linesOf("snapshots", "web01", "@2026-11-02T11:5")).toEqual(["@2026-11-02T11:58:00", ""]);
    expect(await linesOf("snapshots", "web01", "l")).toEqual(["latest", ""]);
    expect(await linesOf("snapshots", "web01", "backup;weekly")).toEqual([points[1]?.uuid, ""]);
    const again = points.map((point) => ({ ...point, creation: point.creation.replace(".000Z", ".500Z") }));
    const backurne = { points: async () => [...points, ...again] };
    expect((await run(["__complete", "snapshots", "web01", ""], { backurne })).stdout).toBe("latest\n");
    expect((await run(["__complete", "snapshots", "web01"], { backurne: { points: async () => [] } })).stdout).toBe("");
  });

  test("images: short names, unless an rbd name is begun; none that is no plain line", async () => {
    expect(await linesOf("images", "rook/w")).toEqual(["rook/web01", ""]);
    expect(await linesOf("images", "rook;w")).toEqual(["rook;web01;None", ""]);
    expect(await linesOf("images")).toHaveLength(images.length);
    expect(await linesOf("images", "nothing")).toEqual([""]);
  });

  test("is silent when anything is wrong", async () => {
    const openBackurne = () => Promise.reject(new Error("no"));
    expect(await run("__complete images", { door: { openBackurne } })).toMatchObject({
      exit: 1,
      stdout: "",
      stderr: "",
    });
  });
});

describe("trash empty asks before anything goes for good", () => {
  const NOTHING = { backurne: { trash: async () => [] } };
  test.each<[string, boolean | undefined, number, boolean, object?]>([
    ["trash empty", true, 3, true],
    ["trash empty", false, 2, false],
    ["trash empty", undefined, 2, false],
    ["trash empty --all", true, 3, true],
    ["trash empty --yes", undefined, 3, true],
    ["trash empty", undefined, 3, true, NOTHING],
  ])("%s, answered %s: exit %i", async (words, answer, exit, emptied, more = {}) => {
    const questions: string[] = [];
    const ask = async (question: string) => (questions.push(question), answer === true);
    const ran = await run(words, { ...(answer !== undefined && { ask }), ...more });
    expect(ran.exit).toBe(exit);
    expect(ran.calls.filter(([name]) => name === "emptyTrash")).toHaveLength(Number(emptied));
    const all = words.includes("--all");
    const asked = answer === undefined ? [] : [`Remove ${all ? 2 : 1} of the 2 images in the trash for good? [y/N] `];
    expect(questions).toEqual(asked);
  });
});
