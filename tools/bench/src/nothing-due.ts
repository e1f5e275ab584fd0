import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { openBackurne } from "backurne";
import { execa } from "execa";
import { openCounter, renderCounts, total } from "./count.ts";
import { createSmallImages } from "./images.ts";
import { alternate, median, seconds, time } from "./measure.ts";
import type { Row } from "./row.ts";
import { createPools, DAILY, DEBIAN_PATH, runProduct, settingsFor, type Scene } from "./scene.ts";

const IMAGES = 100;
const POOL = "idle";
const NOTHING = { full: 0, incremental: 0 };

/** A: a run with nothing to do, against the two listings it cannot do without. */
export async function measureNothingDue(scene: Scene): Promise<readonly Row[]> {
  const { sandbox, rounds, tell } = scene;
  const settings = settingsFor(scene, POOL, [DAILY]);
  const env = { PATH: DEBIAN_PATH };
  tell(`A: ${IMAGES} images and their first backup`);
  await createPools(scene, POOL);
  await createSmallImages(sandbox.live, POOL, IMAGES);
  await runProduct(settings, { expect: { full: IMAGES, incremental: 0 } }, { env });
  // The first run after a first backup reads marks of what appeared meanwhile.
  await runProduct(settings, { expect: NOTHING }, { env });

  tell(`A: ${rounds} rounds with nothing due`);
  const product: number[] = [];
  const floor: number[] = [];
  await alternate(rounds, [
    async () => void product.push(await time(() => runProduct(settings, { expect: NOTHING }, { env }))),
    async () => void floor.push(await time(() => listBoth(scene))),
  ]);

  const counter = await openCounter(join(sandbox.dir, "count-idle"));
  const before = await countConnections(scene);
  await runProduct(settings, { expect: NOTHING }, { env: counter.env });
  const connections = (await countConnections(scene)) - before;
  const counts = await counter.take();
  // The facts alone: a run also looks whether anything in the trash is past its time.
  await using backurne = await openBackurne(settings, { env: counter.env });
  await backurne.plan({ estimate: false });
  const facts = await counter.take();
  const more = median(product) - median(floor);
  return [
    row({
      what: "rbd processes for the facts",
      value: total(facts, ["rbd"]),
      unit: "processes",
      most: 2,
      detail: `a plan; a whole run: ${renderCounts(counts)}`,
    }),
    row({ what: "ssh connections", value: connections, unit: "connections", most: 1, detail: "sshd's log" }),
    row({
      what: "wall beyond the floor",
      value: more,
      unit: "s",
      most: 2,
      detail: `${seconds(product)}; both listings by hand ${seconds(floor)}`,
    }),
  ];
}

function row({ what, most, ...rest }: Pick<Row, "what" | "value" | "unit" | "detail"> & { most: number }): Row {
  return { scenario: "A", what: `nothing due: ${what}`, target: { at: "most", value: most }, ...rest };
}

/** Side by side, as a shell would: `rbd ls -l` there and here. */
async function listBoth({ sandbox: { live, backup, ssh } }: Scene): Promise<void> {
  const listing = ["ls", "-l", `--pool=${POOL}`, "--format", "json"];
  const there = ["rbd", "--conf", live.conf, "--id", "admin", ...listing].join(" ");
  await Promise.all([
    execa("ssh", ["-F", ssh.configFile, "live", there]),
    execa("rbd", ["--conf", backup.conf, "--id", "admin", ...listing]),
  ]);
}

async function countConnections({ sandbox }: Scene): Promise<number> {
  const log = await readFile(join(sandbox.dir, "ssh", "sshd.log"), "utf8");
  return log.split("\n").filter((line) => line.startsWith("Accepted ")).length;
}
