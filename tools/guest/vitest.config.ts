import { defineConfig } from "vitest/config";

/** One guest for all of it. */
export default defineConfig({
  resolve: { conditions: ["source"] },
  ssr: { resolve: { conditions: ["source"] } },
  test: { include: ["test/**/*.test.ts"], testTimeout: 600_000, hookTimeout: 600_000, maxWorkers: 1 },
});
