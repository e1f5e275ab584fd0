import { readFile } from "node:fs/promises";
import type { Access } from "@backurne/proxmox-simulator";
import pLimit from "p-limit";
import { Agent } from "undici";
import { startWatch } from "./measure.ts";

// The requests of an inventory by hand: the same routes, sixteen at once, and nothing made of what comes.
const { url, caFile, tokenId, tokenSecret } = JSON.parse(await readFile(process.argv[2] ?? "", "utf8")) as Access;
const agent = new Agent({ connect: { ca: await readFile(caFile, "utf8") }, connections: 16, pipelining: 1 });
const headers = { authorization: `PVEAPIToken=${tokenId}=${tokenSecret}` };

async function get(path: string): Promise<unknown> {
  const { statusCode, body } = await agent.request({ origin: url, method: "GET", path: `/api2/json${path}`, headers });
  if (statusCode !== 200) throw new Error(`${path}: ${statusCode}`);
  return ((await body.json()) as { readonly data: unknown }).data;
}

const watch = startWatch();
const [guests] = await Promise.all([get("/cluster/resources?type=vm"), get("/storage")]);
const limit = pLimit(16);
await Promise.all(
  (guests as readonly { readonly node: string; readonly vmid: number }[]).map(({ node, vmid }) =>
    limit(get, `/nodes/${node}/qemu/${vmid}/config?current=1`),
  ),
);
const took = watch();
await agent.close();
process.stdout.write(JSON.stringify(took));
