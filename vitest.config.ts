import { defineConfig } from "vitest/config";

/** One project for each kind of test, by what it needs. `npm test` runs all of them, cheapest first. */
export default defineConfig({
  test: {
    projects: [
      { test: { name: "unit", include: ["test/unit/**/*.test.ts"] } },
      // They wait for answers more than they compute.
      { test: { name: "emulated", include: ["test/emulated/**/*.test.ts"], testTimeout: 30_000, maxWorkers: 3 } },
      {
        test: { name: "template", include: ["test/template/**/*.test.ts"], testTimeout: 120_000, hookTimeout: 120_000 },
      },
      {
        test: {
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          globalSetup: ["test/setup/chromium-layer.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // Each file has browsers of its own; more of them at once than this only slow each other down.
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: "system",
          include: ["test/system/**/*.test.ts"],
          globalSetup: ["test/setup/built-stack.ts"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
