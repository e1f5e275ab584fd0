import { text } from "node:stream/consumers";
import { runProduct } from "./scene.ts";

// One run of the product, as cron starts it: in a process of its own. What it costs to start a program grows with the memory of who
// starts it, and the benchmark's grows from round to round.
await runProduct(...(JSON.parse(await text(process.stdin)) as Parameters<typeof runProduct>));
