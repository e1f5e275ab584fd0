import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectSimulator, program, type Access, type ClusterSettings } from "@backurne/proxmox-simulator";
import { execa } from "execa";

/** A simulated Proxmox cluster in a process of its own. */
export interface RunningSimulator extends AsyncDisposable {
  /** The file that says how to get in. */
  readonly file: string;
  /** Requests it answered since the last time. Throws when it refused one. */
  takeRequests(): Promise<number>;
}

const LATENCY = 5; // ms, before each answer

export async function openSimulator(cluster: ClusterSettings): Promise<RunningSimulator> {
  await using opened = new AsyncDisposableStack();
  const dir = await mkdtemp(join(tmpdir(), "backurne-bench-proxmox-"));
  opened.defer(() => rm(dir, { recursive: true }));
  const [state, file] = [join(dir, "state.json"), join(dir, "simulator.json")];
  await writeFile(state, JSON.stringify(cluster));
  const args = ["--conditions=source", program, "--dir", dir, "--state", state];
  const running = execa(process.execPath, args, { stdin: "ignore", reject: false });
  opened.defer(async () => {
    running.kill();
    await running;
  });
  // It says so when it can be reached.
  const ended = running.then(({ stderr }) => Promise.reject(new Error(`the simulator ended: ${stderr}`)));
  await Promise.race([once(running.stdout, "data"), ended]);
  ended.catch(() => undefined);
  const { control } = JSON.parse(await readFile(file, "utf8")) as Access;
  const remote = connectSimulator(control);
  await remote.addFault({ effect: { do: "wait", ms: LATENCY } });
  const all = opened.move();
  return {
    file,
    async takeRequests() {
      const { requests } = await remote.log();
      await remote.clearLog();
      const refused = requests.find(({ status }) => status !== 200);
      if (refused) throw new Error(`the simulator answered ${refused.method} ${refused.path} with ${refused.status}`);
      return requests.length;
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}
