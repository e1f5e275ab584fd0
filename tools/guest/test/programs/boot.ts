import { boot } from "../../src/index.ts";

await boot();
