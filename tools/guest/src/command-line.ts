import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createPool, rbd } from "@backurne/sandbox";
import { execa } from "execa";
import type { Ran } from "./guest.ts";
import { hasFixtures } from "./images.ts";
import { FIXTURES, TYPED as POOL, type Scene } from "./scene.ts";

const LAUNCHER = fileURLToPath(new URL("../../../apps/cli/bin/backurne", import.meta.url));
const CONFIG = "/etc/backurne/backurne.yaml";
export interface CommandLine {
  /** Types that in the guest. */
  type(words: string): Promise<Ran>;
}

/** Which backup each live image is made of: a file system, and a datastore where there is one. */
const IMAGES = { web01: "hostile", plain: "bare", ...(hasFixtures(...FIXTURES.vmfs5) && { store: FIXTURES.vmfs5[0] }) };

/** Backups that backurne itself has made, and a configuration in the guest that knows it. */
export async function openCommandLine({ guest, sandbox, pool, backurne }: Scene): Promise<CommandLine> {
  const { live, backup, ssh } = sandbox;
  const text = (
    stateDir: string,
  ): string => `backup_cluster: { pool: ${POOL}, ceph_conf: ${backup.conf}, ceph_id: admin }
profiles: { daily: { count: 7 } }
live_clusters:
  - name: alpha
    type: plain
    fqdn: live
    ssh: { config_file: ${ssh.configFile} }
    pool: ${POOL}
    ceph_conf: ${live.conf}
    ceph_id: admin
state_dir: ${stateDir}
timezone: UTC
`;
  await createPool(live, POOL);
  const dir = await mkdtemp(join(tmpdir(), "backurne-command-line-"));
  try {
    const [disk, config] = [join(dir, "disk"), join(dir, "backurne.yaml")];
    for (const [name, image] of Object.entries(IMAGES)) {
      const from = [`--pool=${pool.name}`, `--image=${image}`, "--snap=s"];
      await rbd(backup, ["export", "--no-progress", ...from, `--path=${disk}`]);
      await rbd(live, ["import", "--no-progress", disk, `--dest-pool=${POOL}`, `--dest=${name}`]);
      await rm(disk);
    }
    await writeFile(config, text(dir), { mode: 0o600 });
    await execa(LAUNCHER, ["--config", config, "backup"]);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
  await guest.must(`install -Dm 600 /dev/stdin ${CONFIG} <<'END'\n${text("/var/lib/backurne")}END`);
  return { type: (words) => guest.run(`${backurne} ${words}`) };
}
