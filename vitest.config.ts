import { defineConfig } from "vitest/config";

/** Two files at a time, whatever the machine: browsers and emulators have processes of their own. */
const maxWorkers = 2;

/** One project for each kind of test, by what it needs. `npm test` runs all of them, those of the whole system last. */
export default defineConfig({
  test: {
    projects: [
      { test: { name: "unit", include: ["test/unit/**/*.test.ts"], testTimeout: 30_000, maxWorkers } },
      { test: { name: "emulated", include: ["test/emulated/**/*.test.ts"], testTimeout: 30_000, maxWorkers } },
      {
        test: {
          name: "template",
          include: ["test/template/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers,
        },
      },
      {
        test: {
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          globalSetup: ["test/setup/chromium-layer.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers,
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
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
