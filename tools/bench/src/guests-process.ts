import { readFile } from "node:fs/promises";
import { openProxmoxCluster } from "@backurne/cluster-proxmox";
import { candidatesOf, planRun } from "@backurne/planner";
import type { Access } from "@backurne/proxmox-simulator";
import { startWatch } from "./measure.ts";
import { accessTo, planInput, proxmoxCluster, recordPools } from "./recorded-guests.ts";

// Looks at a Proxmox cluster and plans once, in a process of its own so that its memory is its own.
const [file = "", guests] = process.argv.slice(2);
const settings = proxmoxCluster(JSON.parse(await readFile(file, "utf8")) as Access);
const recorded = recordPools(Number(guests), Date.now());
const cluster = openProxmoxCluster(settings, accessTo(recorded));

const look = startWatch();
const inventory = await cluster.inventory();
const looking = look();

const decide = startWatch();
const input = planInput(inventory, settings, recorded);
// A run asks for both: the plan, and what each of its jobs was decided from.
candidatesOf(input);
const { jobs } = planRun(input);
const deciding = decide();

await cluster.close();
const steps = jobs.flatMap((job) => job.steps);
const incremental = steps.filter((step) => step.kind === "transfer" && step.mode === "incremental").length;
// maxRSS is in KiB.
const memory = process.resourceUsage().maxRSS / 1024;
process.stdout.write(JSON.stringify({ looking, deciding, memory, incremental }));
