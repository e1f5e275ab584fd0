import { defineConfig } from "vitest/config";

/** One guest for all of it. */
export default defineConfig({
  resolve: { conditions: ["source"] },
  ssr: { resolve: { conditions: ["source"] } },
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["./src/global-setup.ts"],
    testTimeout: 1_800_000,
    hookTimeout: 1_200_000,
    maxWorkers: 1,
  },
});
