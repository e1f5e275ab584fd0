import { cp } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const PROGRAMS = { driver: here("../guest/driver.ts"), backurne: here("../../../apps/cli/src/main.ts") };

/**
 * A program and all it needs as JavaScript in one file: to read the sources takes Node seven seconds in the guest, and
 * this half a one. To be made before the boot. @returns its path.
 */
export async function bundle(name: keyof typeof PROGRAMS): Promise<string> {
  const home = here(`../../../node_modules/.cache/backurne-guest/${name}`);
  const conditions = ["source"];
  await build({
    configFile: false,
    logLevel: "error",
    resolve: { conditions },
    ssr: { noExternal: true, resolve: { conditions } },
    build: {
      ssr: PROGRAMS[name],
      outDir: join(home, "dist"),
      emptyOutDir: true,
      target: "node24",
      rollupOptions: { output: { entryFileNames: "program.mjs", codeSplitting: false } },
    },
  });
  for (const file of ["page.css", "page.js"])
    await cp(here(`../../../apps/api/src/page/${file}`), join(home, "dist", file));
  // backurne reads its version in there.
  await cp(here("../../../packages/backurne/package.json"), join(home, "package.json"));
  return join(home, "dist", "program.mjs");
}
