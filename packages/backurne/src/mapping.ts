import { mkdir, readdir } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { judgeWriters } from "@backurne/config";
import { whileThereIsRoom, type RoomWatch } from "@backurne/engine";
import { createExecutor, type Executor } from "@backurne/exec";
import { askMapper, openFiles, serveMapper, type Mapped } from "@backurne/mapped";
import { openMapper } from "@backurne/mapper";
import { BackurneError, describeError, type MapperSettings, type Settings } from "@backurne/model";
import type { OpenOptions } from "./api.ts";
import { watchRoom } from "./room.ts";
import { definedOnly } from "./tools.ts";

/** Where backups are mounted that somebody looks into. */
const RUN_DIR = "/run/backurne";

interface Tools {
  readonly executor: Executor;
  readonly env: Readonly<Record<string, string>>;
  readonly host: string;
  readonly now: () => number;
  readonly roomWatch: RoomWatch;
}

/** Of another process, where the configuration names one; else of this one. */
export function openMapping(settings: Settings, tools: Tools): Mapped {
  const { mapper } = settings;
  if (mapper !== undefined) return askMapper(mapper.socket);
  const by = tools.env["SUDO_USER"] ?? "root"; // nobody else can
  return mapHere(settings, settings.stateDir, { ...tools, by });
}

function mapHere(
  { backup }: Settings,
  stateDir: string,
  { executor, host, now, roomWatch, by }: Tools & { readonly by: string },
): Mapped {
  const mapper = openMapper({
    executor,
    address: backup,
    stateDir,
    runDir: RUN_DIR,
    host,
    by,
    now,
    whileThereIsRoom: (work) => whileThereIsRoom(roomWatch, work),
  });
  return { mapper, files: openFiles({ mapper, executor }) };
}

export interface MapperOptions extends Pick<OpenOptions, "now" | "env" | "host" | "silence"> {
  /** Where the settings stand: whoever can change that file can make root do what he likes. */
  readonly file: string;
  /** What whoever runs it should read. */
  readonly log: (message: string) => void;
  /** Where it listens, once it does. */
  readonly onListening: (place: string) => void;
  /** Ends it. What is mapped stays mapped. */
  readonly stop: AbortSignal;
}

/**
 * Opens backups for those who are not root, until `stop`.
 * @throws BackurneError `usage` where this host cannot map at all; `configuration` where there is no `mapper`, where others than
 * root could change what it goes by or where it writes, or where it cannot listen.
 */
export async function runMapper(settings: Settings, options: MapperOptions): Promise<void> {
  const { file, log, onListening, stop } = options;
  const { mapper } = settings;
  if (mapper === undefined) {
    throw new BackurneError("configuration", `${file} has no section "mapper"`, {
      hint: "it says who may ask: `backurne config example` shows it",
    });
  }
  const env = definedOnly(options.env ?? {});
  const executor = createExecutor({ env });
  const tools = {
    executor,
    env,
    host: options.host ?? hostname(),
    now: options.now ?? Date.now,
    roomWatch: watchRoom(settings, { executor, silence: options.silence }),
    by: `group ${mapper.group}`,
  };
  const here = mapHere(settings, mapper.stateDir, tools);
  await here.mapper.check(); // that it is root is said before anything else
  await requireOwnGround(settings, mapper, file);
  for (const id of await listOthers(settings, mapper)) {
    log(
      `${id} was mapped without this mapper, into ${settings.stateDir}: unmap it with a configuration without the section "mapper"`,
    );
  }
  await serveMapper({ ...here, settings: mapper, executor, log, onListening, stop });
}

/** Where root reads and writes, nobody else does: whoever could, would be root. */
async function requireOwnGround({ backup }: Settings, mapper: MapperSettings, file: string): Promise<void> {
  // A configuration of Ceph's names files that are written, and code that is loaded.
  for (const path of [file, backup.cephConf ?? "/etc/ceph/ceph.conf"]) await requireOwn(path);
  process.chdir("/"); // Ceph looks for one where it is started, too
  const mappings = join(mapper.stateDir, "mappings");
  for (const directory of [RUN_DIR, mapper.stateDir, mappings]) {
    await mkdir(directory, { recursive: true, mode: 0o700 }).catch(refuse(directory));
    await requireOwn(directory, true);
  }
  for (const name of await readdir(mappings)) await requireOwn(join(mappings, name));
  await requireOwn(dirname(mapper.socket), true);
}

async function requireOwn(path: string, closed = false): Promise<void> {
  const why = await judgeWriters(path, 0, closed).catch(refuse(path));
  if (why !== undefined) throw new BackurneError("configuration", `${path} has to be root's alone: ${why}`);
}

function refuse(path: string): (cause: unknown) => never {
  return (cause) => {
    throw new BackurneError("configuration", `${path} has to be root's alone: ${describeError(cause)}`, { cause });
  };
}

/** Root believes nothing else of a directory that may be another's. */
async function listOthers({ stateDir }: Settings, mapper: MapperSettings): Promise<readonly string[]> {
  if (stateDir === mapper.stateDir) return [];
  const names = await readdir(join(stateDir, "mappings")).catch(() => []);
  return names.filter((name) => /^m\d+$/.test(name));
}
