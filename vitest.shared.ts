import { defineConfig } from "vitest/config";

/** Every package's unit tests: sources are read as they are, nothing is built first. */
export default defineConfig({
  resolve: { conditions: ["source"] },
  ssr: { resolve: { conditions: ["source"] } },
  // How long a test takes says how busy the machine is; only one that hangs is to fail by its time.
  test: { include: ["test/**/*.test.ts"], environment: "node", testTimeout: 120_000, hookTimeout: 120_000 },
});
