import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PROGRAMS, type Call, type Fault, type Program, type Side } from "./fault.ts";
import { rule, wrapper } from "./wrapper.ts";

export interface Faults extends AsyncDisposable {
  /** For OpenOptions: programs that go wrong stand first on PATH, here and behind every ssh and helper. */
  readonly env: { readonly PATH: string };
  /** PATH of the live side: a helper reaches it as `env PATH=… bash`. */
  readonly livePath: string;
  /** The same as `$dir` in the faults. */
  readonly dir: string;
  /** From now on these, and no others; what struck before is forgotten, and which process the tool is. */
  set(...faults: readonly Fault[]): Promise<void>;
  /** These too. */
  add(...faults: readonly Fault[]): Promise<void>;
  /** Which process the faults take for the tool; they wait until they know. */
  aim(pid: number): Promise<void>;
  /** Every call so far, in the order in which they were made. */
  calls(): Promise<readonly Call[]>;
  /** How often a fault of the present set has struck: a test whose fault never struck has tested nothing. */
  struck(): Promise<number>;
}

const DEBIAN_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Wrappers named like the programs, in one directory per side. `programs`: where the real ones are. */
export async function makeFaults({ programs = "/usr/bin" } = {}): Promise<Faults> {
  const dir = await mkdtemp(join(tmpdir(), "backurne-faults-"));
  const at = (name: string): string => join(dir, name);
  await Promise.all(["live", "backup", "strikes", "counts"].map((made) => mkdir(at(made))));
  await writeFile(at("program"), wrapper(dir, programs));
  await chmod(at("program"), 0o755);
  for (const side of ["live", "backup"])
    await Promise.all(PROGRAMS.map((name) => symlink("../program", join(dir, side, name))));
  let present: readonly Fault[] = [];

  /** Never seen half written, and never written to while somebody reads it. */
  async function replace(name: string, text: string): Promise<void> {
    await writeFile(at(`${name}.new`), text);
    await rename(at(`${name}.new`), at(name));
  }

  async function set(...faults: readonly Fault[]): Promise<void> {
    present = faults;
    const marks = await Promise.all(
      ["strikes", "counts"].map(async (kind) => (await readdir(at(kind))).map((name) => join(kind, name))),
    );
    for (const mark of [...marks.flat(), "tool"]) await rm(at(mark), { force: true });
    await replace("rules", faults.map((fault, index) => rule(fault, `fault${index + 1}`)).join(""));
  }
  await set();
  await writeFile(at("calls"), "");

  return {
    dir,
    env: { PATH: `${at("backup")}:${DEBIAN_PATH}` },
    livePath: `${at("live")}:${DEBIAN_PATH}`,
    set,
    async add(...faults) {
      present = [...present, ...faults];
      await replace("rules", present.map((fault, index) => rule(fault, `fault${index + 1}`)).join(""));
    },
    aim: (pid) => replace("tool", String(pid)),
    calls: async () => (await readFile(at("calls"), "utf8")).split("\0").filter(Boolean).map(parseCall),
    struck: async () => (await readdir(at("strikes"))).length,
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  };
}

function parseCall(line: string): Call {
  const [where, program, ...args] = line.split(" ");
  return { where: where as Side, program: program as Program, args: args.join(" ") };
}
