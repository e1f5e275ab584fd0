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
    // They share what they have loaded: a worker of its own for each file would read all sources anew.
    isolate: false,
    // rbd of Ceph 16 aborts by itself once in some ten thousand calls, and a run makes that many. What fails for it fails once;
    // the summary says what was tried twice, and that is to be looked at.
    retry: 1,
  },
});
