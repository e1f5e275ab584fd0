import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { down, up, type Sandbox } from "@backurne/sandbox";
import { backurne, configText } from "./command.ts";
import { tellFreezes } from "./freezes.ts";
import { changeImages, fillImages } from "./images.ts";
import { proveSnapshots } from "./proof.ts";
import { say, tell } from "./say.ts";

const keep = process.argv.includes("--keep");
const stop = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const)
  process.once(name, () => stop.abort(new Error(`stopped by ${name}`)));

let sandbox: Sandbox | undefined;
try {
  say(
    "Booting two real Ceph clusters, an sshd and a simulated Proxmox cluster (all on 127.0.0.1, all in one directory)",
  );
  sandbox = await up({ name: `demo-${process.pid}`, proxmox: true, signal: stop.signal });
  await show(sandbox);
} finally {
  if (sandbox && !keep) {
    say("Taking the clusters down again");
    await down({ dir: sandbox.dir });
  }
}

async function show(box: Sandbox): Promise<void> {
  const config = join(box.dir, "demo", "backurne.yaml");
  await mkdir(join(box.dir, "demo"), { mode: 0o700, recursive: true });
  await writeFile(config, configText(box), { mode: 0o600 });

  say("Filling images on the live cluster: a sparse one of 20 GiB, one with 200 MiB of data, one with a nasty name");
  tell("and the two disks of a guest of the Proxmox cluster");
  await fillImages(box.live, stop.signal);

  say("First backup: everything travels once");
  await backurne(config, ["backup"], stop.signal);

  say("Some of it changes on the live side: 9 MiB written, a little discarded");
  await changeImages(box.live, stop.signal);

  say("What the next run would do, and why");
  await backurne(config, ["plan", "--force"], stop.signal);

  say("Second backup: only the difference travels");
  await backurne(config, ["backup", "--force"], stop.signal);

  say("What stands in the backup pool now");
  await backurne(config, ["ls"], stop.signal);
  await backurne(config, ["ls", "alpha/data"], stop.signal);
  await backurne(config, ["explain", "alpha/data"], stop.signal);

  say("The guest: its disks at one moment, while its filesystems stood still");
  await backurne(config, ["ls", "px1/demo/scsi0"], stop.signal);
  await tellFreezes(box);

  say("Proof: every snapshot that stands on both sides, hashed on each");
  await proveSnapshots(box, stop.signal);

  say("What to try next");
  tell(next(box, config));
}

function next(box: Sandbox, config: string): string {
  const command = keep ? `apps/cli/bin/backurne --config ${config}` : "apps/cli/bin/backurne --config FILE";
  const first = keep
    ? `The clusters are still up. They go with: npm run sandbox -- down --dir ${box.dir}`
    : "npm run demo -- --keep      leaves the clusters up, so that you can try the rest";
  return [
    first,
    `${command} stats`,
    `${command} plan --json`,
    `${command} backup --force --json`,
    "apps/cli/bin/backurne config example > backurne.yaml      a configuration of your own",
    "apps/cli/bin/backurne --help",
  ].join("\n");
}
