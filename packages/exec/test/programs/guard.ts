import { appendFileSync } from "node:fs";
import { takeGuardOrder } from "../../src/index.ts";

/** Writes down what it is told. */
const { order, wait } = await takeGuardOrder(process.stdin, process.stdout);
const { file } = JSON.parse(order) as { readonly file: string };
appendFileSync(file, "ready\n");
appendFileSync(file, `${await wait()}\n`);
