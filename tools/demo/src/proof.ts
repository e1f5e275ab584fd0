import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { rbd, type Cluster, type Sandbox } from "@backurne/sandbox";
import { execa } from "execa";
import { digestContent } from "./content.ts";
import { CANARY } from "./images.ts";
import { say, tell } from "./say.ts";

interface Row {
  readonly image: string;
  readonly snapshot?: string;
}

/** Every copy is compared with the live snapshot of its moment: two profiles due at once share one on the live side. */
export async function proveSnapshots({ live, backup }: Sandbox, signal: AbortSignal): Promise<void> {
  const originals = await list(live, signal);
  const copies = await list(backup, signal);
  for (const copy of copies) {
    const source = await sourceOf(copy, backup, signal);
    const original = originals.find((one) => one.image === source && moment(one) === moment(copy));
    if (!original) throw new Error(`${copy.image}@${copy.snapshot} has no original any more`);
    const here = await digest(backup, copy, signal);
    const there = await digest(live, original, signal);
    tell(`${here === there ? "same" : "DIFFERENT"}  ${here.slice(0, 16)}  ${original.image} @ ${copy.snapshot}`);
    if (here !== there) throw new Error(`${copy.image}@${copy.snapshot} differs from its source`);
  }
  if (copies.length === 0) throw new Error("there is nothing to compare");
  // A remote shell starts in the home directory, a local one here.
  const places = [process.cwd(), homedir(), "/", "/root"].map((directory) => join(directory, CANARY));
  if (places.some((place) => existsSync(place))) throw new Error("the nasty name was run by a shell");
  say(`${copies.length} snapshots are byte for byte what they were made from, and the nasty name ran nothing`);
}

async function list(cluster: Cluster, signal: AbortSignal): Promise<readonly Required<Row>[]> {
  const rows = JSON.parse(await rbd(cluster, ["ls", "-l", "--pool=rbd", "--format", "json"], { signal })) as Row[];
  return rows.filter((row): row is Required<Row> => row.snapshot !== undefined);
}

/** A backup image says itself what it was made from. */
async function sourceOf({ image }: Required<Row>, backup: Cluster, signal: AbortSignal): Promise<string> {
  const where = ["--pool=rbd", `--image=${image}`];
  const mark = await rbd(backup, ["image-meta", "get", ...where, "backurne.base"], { signal });
  return (JSON.parse(mark) as { source: { image: string } }).source.image;
}

function moment({ snapshot }: Required<Row>): string {
  return snapshot.split(";").at(-1) ?? "";
}

async function digest(cluster: Cluster, { image, snapshot }: Required<Row>, signal: AbortSignal): Promise<string> {
  const where = ["--pool=rbd", `--image=${image}`, `--snap=${snapshot}`];
  const args = ["--conf", cluster.conf, "--id", "admin", "export-diff", "--no-progress", ...where, "--path=-"];
  const child = execa("rbd", args, { buffer: false, stdin: "ignore", stderr: "ignore", cancelSignal: signal });
  const content = await digestContent(child.stdout);
  await child;
  return content;
}
