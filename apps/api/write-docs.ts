import { writeFile } from "node:fs/promises";
import { documentApi } from "./src/index.ts";

/** Writes what docs/ holds of this package; its tests compare. */
const file = new URL("../../docs/openapi.json", import.meta.url);
await writeFile(file, `${JSON.stringify(documentApi(), undefined, 2)}\n`);
