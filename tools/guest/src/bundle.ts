import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

/**
 * The driver and all it needs in one file of JavaScript: to read the sources takes Node seven seconds in the guest, and this
 * half a one. To be made before the boot. @returns its path.
 */
export async function bundleDriver(): Promise<string> {
  const outDir = fileURLToPath(new URL("../../../node_modules/.cache/backurne-guest/driver", import.meta.url));
  const conditions = ["source"];
  await build({
    configFile: false,
    logLevel: "error",
    resolve: { conditions },
    ssr: { noExternal: true, resolve: { conditions } },
    build: {
      ssr: fileURLToPath(new URL("../guest/driver.ts", import.meta.url)),
      outDir,
      emptyOutDir: true,
      target: "node24",
      rollupOptions: { output: { entryFileNames: "driver.mjs" } },
    },
  });
  return join(outDir, "driver.mjs");
}
