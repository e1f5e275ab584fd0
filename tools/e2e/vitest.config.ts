import { defineConfig } from "vitest/config";

/** One pair of clusters for the whole run; every test has pools of its own in them, so that files run side by side. */
export default defineConfig({
  resolve: { conditions: ["source"] },
  ssr: { resolve: { conditions: ["source"] } },
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["./src/global-setup.ts"],
    testTimeout: 600_000,
    hookTimeout: 120_000,
    maxWorkers: 3,
  },
});
