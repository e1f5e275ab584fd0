import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createExecutor, type Executor } from "@backurne/exec";
import { describe, expect, onTestFinished, test } from "vitest";
import { openArchive, type ArchiveFormat } from "../src/index.ts";
import { at, gather, lay, SECRET } from "./fixture.ts";

const executor = createExecutor({ env: process.env });

const FULL = `
  mkdir -p top/sub/empty top/odd; cd top
  echo text >sub/file; chmod 640 sub/file; touch -d 2020-01-02T03:04:06Z sub/file
  head -c 3000000 /dev/urandom >sub/large
  : >sub/nothing
  ln -s /etc/passwd absolute; ln -s ../../../.. upwards; ln -s "$1"/secret secret; ln -s sub/file good
  mkfifo fifo
  perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Local => "socket", Listen => 1)'
  cp /bin/true sub/program; chmod 6755 sub/program
  python3 - <<'END'
import os
for name in [b"a\\nb", b"-rf", b"caf\\xe9", b'"quote\\'', b"\\\\back", b"--checkpoint-action=exec=sh x", b" ", b"C:x", "fünf".encode(), b"\\xff\\xfe", b"\\x1b[31m", b"%s,&\\\\1"]:
    open(b"odd/" + name, "wb").write(name)
END
`;

interface Packed {
  readonly file: string;
  readonly bytes: Buffer;
}

async function pack(
  root: string,
  path: string,
  format: ArchiveFormat,
  how: { executor?: Executor } = {},
): Promise<Packed> {
  const signal = new AbortController().signal;
  const options = { name: "packed", executor, signal, ...how };
  const bytes = await gather(await openArchive({ root, path: at(path) }, format, options));
  return { bytes, file: keep(bytes) };
}

function keep(bytes: Uint8Array): string {
  const directory = mkdtempSync(join(tmpdir(), "backurne-packed-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const file = join(directory, "archive");
  writeFileSync(file, bytes);
  return file;
}

/** Unpacked by the program that people have, into a directory of its own. */
function unpack(format: ArchiveFormat, { file }: Packed): string {
  const into = `${file}.d`;
  execFileSync("mkdir", [into]);
  if (format === "tar") execFileSync("tar", ["-xpf", file, "--no-same-owner", "-C", into]);
  // Zip names that are no text are CP437 to it; links are text files with the target.
  else
    execFileSync("python3", [
      "-c",
      "import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; z.extractall(sys.argv[2])",
      file,
      into,
    ]);
  return join(into, "packed");
}

function members(
  format: ArchiveFormat,
  file: string,
): Record<string, { type: string; mode: number; size: number; target?: string }> {
  const script = `
import sys, json, tarfile, zipfile, stat
found = {}
if sys.argv[1] == "tar":
    for m in tarfile.open(sys.argv[2], encoding="latin1"):
        kind = "directory" if m.isdir() else "link" if m.issym() else "hard" if m.islnk() else "file" if m.isfile() else "other"
        found[m.name] = {"type": kind, "mode": m.mode, "size": m.size, "target": m.linkname}
else:
    z = zipfile.ZipFile(sys.argv[2])
    for m in z.infolist():
        mode = m.external_attr >> 16
        kind = "directory" if stat.S_ISDIR(mode) else "link" if stat.S_ISLNK(mode) else "file" if stat.S_ISREG(mode) else "other"
        name = m.filename.encode("utf8" if m.flag_bits & 2048 else "cp437").decode("latin1").rstrip("/")
        found[name] = {"type": kind, "mode": stat.S_IMODE(mode), "size": m.file_size, "target": z.read(m).decode("latin1") if kind == "link" else ""}
print(json.dumps(found))`;
  return JSON.parse(execFileSync("python3", ["-c", script, format, file], { encoding: "utf8", maxBuffer: 1 << 28 }));
}

describe.each(["tar", "zip"] as const)("%s", (format) => {
  test("holds all there is, as it is, and nothing of the host", async () => {
    const { root } = lay(FULL);
    const packed = await pack(root, "top", format);
    const found = members(format, packed.file);
    const names = Object.keys(found).map((name) => name.replace(/^packed\/?/, ""));
    const there = execFileSync("find", [".", "-mindepth", "1", "-printf", "%P\\0"], {
      cwd: `${root}/top`,
      encoding: "latin1",
    });
    const expected = there.split("\0").filter((name) => !["", "fifo", "socket"].includes(name));
    expect(names.toSorted()).toEqual(["", ...expected, "backurne-left-out.txt"].toSorted());
    expect(found["packed/sub/empty"]?.type).toBe("directory");
    expect(found["packed/absolute"]).toMatchObject({ type: "link", target: "/etc/passwd" });
    expect(found["packed/upwards"]).toMatchObject({ type: "link", target: "../../../.." });
    expect(found["packed/sub/file"]).toMatchObject({ type: "file", mode: 0o640, size: 5 });
    expect(found["packed/sub/program"]?.mode).toBe(0o755);
    expect(packed.bytes.includes(SECRET)).toBe(false);
  });

  test("unpacks to the same bytes, whatever the names are", async () => {
    const { root } = lay(FULL);
    const into = unpack(format, await pack(root, "top", format));
    for (const name of ["sub/file", "sub/large", "sub/nothing", "sub/program", "odd/-rf", "odd/a\nb", "odd/fünf"]) {
      expect([name, readFileSync(`${into}/${name}`).equals(readFileSync(`${root}/top/${name}`))]).toEqual([name, true]);
    }
    // Names that are no text are CP437 to who reads zips.
    if (format === "tar") {
      for (const name of readdirSync(`${root}/top/odd`, { encoding: "buffer" })) {
        const of = (directory: string) => readFileSync(Buffer.concat([Buffer.from(`${directory}/odd/`), name]));
        expect(of(into)).toEqual(of(`${root}/top`));
      }
    }
    expect(readFileSync(`${into}/backurne-left-out.txt`, "utf8").split("\n").toSorted()).toEqual([
      "",
      "Not in this archive:",
      "fifo: a FIFO",
      "socket: a socket",
    ]);
  });

  test("says nothing of what was left out where nothing was, and holds an empty directory", async () => {
    const { root } = lay("mkdir top");
    expect(Object.keys(members(format, (await pack(root, "top", format)).file))).toEqual(["packed"]);
  });

  test("is packed through a link to a directory", async () => {
    const { root } = lay("mkdir -p real/sub; echo x >real/sub/file; ln -s /real/sub to");
    expect(Object.keys(members(format, (await pack(root, "to", format)).file))).toEqual(["packed", "packed/file"]);
  });

  test.each([
    ["file", "usage"],
    ["none", "not-found"],
    ["host", "not-found"],
  ])("%s is no directory to pack, and that is said before anything is packed", async (path, code) => {
    const { root } = lay("touch file; ln -s /etc host");
    await expect(pack(root, path, format)).rejects.toMatchObject({ code });
  });

  test("what is deeper than anybody goes is left out, and said to be", async () => {
    const { root } = lay("mkdir top; cd top; for i in {1..300}; do mkdir d; cd d; done; touch bottom");
    const found = members(format, (await pack(root, "top", format)).file);
    expect(Object.keys(found).length).toBe(1 + 256 + 1);
  });

  test("a directory of 10 000 files", async () => {
    const { root } = lay("mkdir top; cd top; seq -f 'file %g' 10000 | xargs -d '\\n' touch");
    expect(Object.keys(members(format, (await pack(root, "top", format)).file))).toHaveLength(10_001);
  });

  test("whoever stops in the middle leaves nothing behind: no descriptor, no program, no directory", async () => {
    const { root } = lay(
      "mkdir top; head -c 30000000 /dev/urandom >top/file; head -c 30000000 /dev/urandom >top/other",
    );
    const left = () => [
      readdirSync("/proc/self/fd").length,
      readdirSync(tmpdir()).filter((name) => name.startsWith("backurne-archive-")).length,
      spawnSync("pgrep", ["-P", String(process.pid), "-x", "tar"]).stdout.toString(),
    ];
    const stop = async () => {
      const options = { name: "packed", executor, signal: new AbortController().signal };
      for await (const chunk of await openArchive({ root, path: at("top") }, format, options))
        if (chunk.length > 0) break;
    };
    await stop();
    const before = left();
    await stop();
    expect(left()).toEqual(before);
    expect(before.slice(2)).toEqual([""]);
  });

  test("a signal ends it, with an error", async () => {
    const { root } = lay("mkdir top; head -c 30000000 /dev/urandom >top/file");
    const stop = new AbortController();
    const chunks = await openArchive({ root, path: at("top") }, format, {
      name: "packed",
      executor,
      signal: stop.signal,
    });
    const read = async () => {
      for await (const _ of chunks) stop.abort(new Error("enough"));
    };
    await expect(read()).rejects.toThrow();
  });
});

describe("an archive that is not whole says so", () => {
  /** What has come until it breaks. */
  async function packUntilTrouble(format: ArchiveFormat, break_: (root: string) => void) {
    const { root } = lay("mkdir top; for i in 1 2 3 4 5 6 7 8; do head -c 1000000 /dev/urandom >top/$i; done");
    const options = { name: "packed", executor, signal: new AbortController().signal };
    const sent: Uint8Array[] = [];
    const read = async () => {
      for await (const chunk of await openArchive({ root, path: at("top") }, format, options)) {
        sent.push(chunk);
        if (sent.reduce((sum, { length }) => sum + length, 0) > 100_000) break_(root);
      }
    };
    await expect(read()).rejects.toThrow();
    return Buffer.concat(sent);
  }

  const shorten = (root: string) => {
    for (const name of readdirSync(`${root}/top`)) truncateSync(`${root}/top/${name}`, 10);
  };

  test("to tar", async () => {
    const bytes = await packUntilTrouble("tar", shorten);
    const { status, stderr } = spawnSync("tar", ["-tf", keep(bytes)]);
    expect([status, String(stderr)]).toEqual([
      2,
      expect.stringMatching(/not look like a tar|next header|Unexpected EOF/),
    ]);
  });

  test("to whoever unpacks a zip", async () => {
    const bytes = await packUntilTrouble("zip", shorten);
    const { status } = spawnSync("python3", ["-c", "import sys,zipfile; zipfile.ZipFile(sys.argv[1])", keep(bytes)]);
    expect(status).toBe(1);
  });

  test("although tar has written an end, and only then said that it could not read all", async () => {
    const failing: Executor = {
      async run(pipeline, options) {
        await executor.run(pipeline, options);
        throw new Error("tar exited with 2");
      },
    };
    const { root } = lay("mkdir top; head -c 100000 /dev/urandom >top/file");
    const sent: Uint8Array[] = [];
    const options = { name: "packed", executor: failing, signal: new AbortController().signal };
    const read = async () => {
      for await (const chunk of await openArchive({ root, path: at("top") }, "tar", options)) sent.push(chunk);
    };
    await expect(read()).rejects.toThrow("tar exited with 2");
    expect(spawnSync("tar", ["-tf", keep(Buffer.concat(sent))]).status).toBe(2);
  });

  test("where its walk breaks: a directory goes while it is packed", async () => {
    const { root } = lay("mkdir -p top/d; head -c 1000000 /dev/urandom >top/d/file");
    const gone: Executor = {
      run(pipeline, options) {
        async function* input() {
          yield* options?.input as AsyncIterable<Uint8Array>;
          throw new Error("the disk is gone");
        }
        return executor.run(pipeline, { ...options, input: input() });
      },
    };
    await expect(pack(root, "top", "tar", { executor: gone })).rejects.toThrow("the disk is gone");
  });
});

describe("tar", () => {
  test("keeps holes as holes: a file of 3 TiB is packed at once, and comes back as it was", async () => {
    const { root } = lay("mkdir top; truncate -s 3T top/holes; printf end >>top/holes");
    const packed = await pack(root, "top", "tar");
    expect(packed.bytes.length).toBeLessThan(100_000);
    const { size, blocks } = statSync(join(unpack("tar", packed), "holes"));
    expect([size, blocks < 1000]).toEqual([3 * 1024 ** 4 + 3, true]);
  });

  test("keeps hard links", async () => {
    const { root } = lay("mkdir top; echo x >top/a; ln top/a top/b");
    const { file } = await pack(root, "top", "tar");
    expect(
      Object.values(members("tar", file))
        .map(({ type }) => type)
        .toSorted(),
    ).toEqual(["directory", "file", "hard"]);
  });

  test("takes no word from the environment", async () => {
    const { root } = lay("mkdir top; touch top/a");
    const misled = createExecutor({ env: { ...process.env, TAR_OPTIONS: "--exclude=*" } });
    expect(Object.keys(members("tar", (await pack(root, "top", "tar", { executor: misled })).file))).toHaveLength(2);
  });
});

/** Minutes of a processor. */
const thorough = process.env["BACKURNE_THOROUGH"] !== undefined;

describe("zip", () => {
  test.runIf(thorough)(
    "a file of more than 4 GiB, and one behind it, in fields of 64 bits",
    async () => {
      const { root } = lay("mkdir top; truncate -s 4300M top/holes; echo x >top/small");
      const { file } = await pack(root, "top", "zip");
      const found = members("zip", file);
      expect([found["packed/holes"]?.size, found["packed/small"]?.size]).toEqual([4300 * 1024 ** 2, 2]);
      expect(readFileSync(join(unpack("zip", { file, bytes: Buffer.alloc(0) }), "small"), "utf8")).toBe("x\n");
    },
    300_000,
  );

  test.runIf(thorough)("more than 65 535 entries", async () => {
    const { root } = lay("mkdir top; cd top; seq 70000 | xargs touch");
    expect(Object.keys(members("zip", (await pack(root, "top", "zip")).file))).toHaveLength(70_001);
  });

  test.skipIf(spawnSync("unzip", ["-v"]).error !== undefined)(
    "is whole to unzip, and its links are links",
    async () => {
      const { root } = lay(FULL);
      const { file } = await pack(root, "top", "zip");
      expect(spawnSync("unzip", ["-tq", file]).status).toBe(0);
      execFileSync("unzip", ["-q", file, "-x", "packed/odd/*", "-d", `${file}.d`]);
      expect(statSync(`${file}.d/packed/good`).size).toBe(5);
      expect(statSync(`${file}.d/packed/sub/file`).mtime.toISOString()).toBe("2020-01-02T03:04:06.000Z");
    },
  );
});
