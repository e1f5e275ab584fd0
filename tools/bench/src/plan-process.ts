import { candidatesOf, planRun } from "@backurne/planner";
import { startWatch } from "./measure.ts";
import { recordFacts } from "./recorded.ts";

// Plans once, in a process of its own so that its memory is its own, and prints how long that took.
const facts = recordFacts(Number(process.argv[2]), Date.now());
const watch = startWatch();
// A run asks for both: the plan, and what each of its jobs was decided from.
const candidates = candidatesOf(facts);
const { jobs } = planRun(facts);
const took = watch();
// maxRSS is in KiB.
const memory = process.resourceUsage().maxRSS / 1024;
process.stdout.write(JSON.stringify({ ...took, memory, jobs: jobs.length, candidates: candidates.length }));
