import { mkdir, writeFile } from "node:fs/promises";
import { exampleConfig } from "./src/example.ts";
import { configJsonSchema } from "./src/json-schema.ts";

/** Writes what docs/ holds of this package; its tests compare. */
const docs = new URL("../../docs/", import.meta.url);
await mkdir(docs, { recursive: true });
await writeFile(new URL("backurne.yaml", docs), exampleConfig());
await writeFile(new URL("backurne.schema.json", docs), `${JSON.stringify(configJsonSchema(), undefined, 2)}\n`);
