import { defineConfig } from "vitest/config";

/** What needs Debian's Chromium: `npm test` installs it, `npm run test:unit` goes without. */
export default defineConfig({
  resolve: { conditions: ["source"] },
  ssr: { resolve: { conditions: ["source"] } },
  test: { include: ["browser/**/*.test.ts"], environment: "node", testTimeout: 120_000, hookTimeout: 120_000 },
});
