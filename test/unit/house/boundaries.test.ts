import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let tree: string;

beforeAll(() => {
  tree = mkdtempSync(join(tmpdir(), "sublet-boundaries-"));
  cpSync(".oxlintrc.json", join(tree, ".oxlintrc.json"));
});

afterAll(() => rmSync(tree, { recursive: true, force: true }));

/** Plants a file and answers what lint says of it. */
function lint(path: string, source: string): string {
  const file = join(tree, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, source);
  try {
    return execFileSync(join(process.cwd(), "node_modules/.bin/oxlint"), ["--config", ".oxlintrc.json", path], {
      cwd: tree,
      encoding: "utf8",
    });
  } catch (error) {
    return String(Reflect.get(error as object, "stdout"));
  } finally {
    rmSync(file);
  }
}

const uses = (from: string) => `import * as planted from "${from}";\nexport const used = planted;\n`;

describe("import boundaries", () => {
  it.each([
    ["functions/core/job/planted.ts", uses("../../store/dynamodb-lease-store.ts")],
    ["functions/core/job/planted.ts", uses("node:fs")],
    ["functions/core/job/planted.ts", uses("playwright-core")],
    ["functions/core/job/planted.ts", uses("@aws-sdk/client-sqs")],
    ["functions/browser/planted.ts", uses("../store/dynamodb-lease-store.ts")],
    ["functions/browser/planted.ts", uses("@aws-sdk/client-sqs")],
    ["functions/store/planted.ts", uses("../queue/sqs-job-queue.ts")],
    ["functions/store/planted.ts", uses("playwright-core")],
    ["functions/queue/planted.ts", uses("../store/dynamodb-lease-store.ts")],
    ["functions/secrets/planted.ts", uses("../store/dynamodb-session-store.ts")],
    ["functions/secrets/planted.ts", uses("../queue/sqs-job-queue.ts")],
    ["functions/secrets/planted.ts", uses("../worker/run-job.ts")],
    ["functions/secrets/planted.ts", uses("playwright-core")],
    ["functions/core/job/planted.ts", uses("../../secrets/kms-seal.ts")],
    ["functions/core/job/planted.ts", uses("@aws-crypto/encrypt-node")],
    ["functions/browser/planted.ts", uses("../secrets/kms-seal.ts")],
    ["functions/store/planted.ts", uses("../secrets/kms-seal.ts")],
    ["functions/store/planted.ts", uses("@aws-crypto/encrypt-node")],
    ["functions/queue/planted.ts", uses("../secrets/kms-seal.ts")],
    ["functions/telemetry/planted.ts", uses("../secrets/kms-seal.ts")],
    ["functions/strategies/login/planted.ts", uses("../../secrets/aws-credential-store.ts")],
    ["functions/telemetry/planted.ts", uses("@aws-sdk/client-sqs")],
    ["functions/strategies/planted.ts", uses("node:https")],
    ["functions/strategies/planted.ts", uses("../worker/run-job.ts")],
    ["functions/strategies/planted.ts", uses("playwright-core")],
    ["functions/worker/planted.ts", uses("../../infra/app.ts")],
    ["infra/planted.ts", uses("../functions/worker/run-job.ts")],
    ["infra/planted.ts", uses("../functions/store/dynamodb-lease-store.ts")],
    ["infra/planted.ts", uses("../functions/browser/launch.ts")],
    ["infra/planted.ts", uses("../functions/secrets/kms-seal.ts")],
    ["local/planted.ts", uses("../functions/secrets/kms-seal.ts")],
    ["local/planted.ts", uses("../infra/app.ts")],
    ["local/planted.ts", uses("../functions/worker/handler.ts")],
    ["cli/planted.ts", uses("../functions/worker/handler.ts")],
    ["cli/planted.ts", uses("../functions/worker/configuration.ts")],
    ["cli/planted.ts", uses("../functions/queue/sqs-job-queue.ts")],
    ["cli/planted.ts", uses("../functions/telemetry/metric-names.ts")],
    ["cli/planted.ts", uses("../functions/browser/launch.ts")],
    ["cli/planted.ts", uses("../functions/strategies/registry.ts")],
    ["cli/planted.ts", uses("../functions/strategies/login/recipe-login.ts")],
    ["cli/sessions/planted.ts", uses("../../functions/worker/handler.ts")],
    ["cli/planted.ts", uses("../infra/stages.ts")],
    ["bench/planted.ts", uses("../functions/worker/run-job.ts")],
    ["bench/planted.ts", uses("@aws-sdk/client-sqs")],
    ["bench/recovery/planted.ts", uses("../../cli/main.ts")],
    ["bench/recovery/planted.ts", uses("../../local/start-local-stack.ts")],
    ["chaos/planted.ts", uses("../functions/worker/run-job.ts")],
    ["chaos/planted.ts", uses("../functions/browser/browser-pool.ts")],
    ["chaos/stand/planted.ts", uses("../../functions/queue/sqs-job-queue.ts")],
    ["functions/worker/planted.ts", uses("../../chaos/checker/check.ts")],
  ])("%s may not have it: %s", (path, source) => {
    expect(lint(path, source)).toMatch(/no-restricted-imports/u);
  });

  it.each([
    ["functions/core/job/planted.ts", "export const now = Date.now();\n", /no-restricted-properties/u],
    ["functions/core/job/planted.ts", "export const dice = Math.random();\n", /no-restricted-properties/u],
    ["functions/core/job/planted.ts", "export const later = setTimeout;\n", /no-restricted-globals/u],
    ["functions/strategies/planted.ts", "export const got = fetch;\n", /no-restricted-globals/u],
  ])("%s may not have it: %s", (path, source, rule) => {
    expect(lint(path, source)).toMatch(rule);
  });

  it.each([
    ["functions/core/job/planted.ts", uses("../lease/lease.ts")],
    ["functions/browser/planted.ts", uses("../core/job/job-message.ts")],
    ["functions/strategies/planted.ts", 'import type { Page } from "playwright-core";\nexport type P = Page;\n'],
    ["functions/worker/planted.ts", uses("../store/dynamodb-lease-store.ts")],
    ["infra/planted.ts", uses("../functions/worker/configuration.ts")],
    ["infra/planted.ts", uses("../functions/store/sessions-table.ts")],
    ["functions/secrets/planted.ts", uses("../core/session/seal.ts")],
    ["functions/secrets/planted.ts", uses("@aws-crypto/encrypt-node")],
    ["functions/secrets/planted.ts", uses("@aws-sdk/client-kms")],
    ["functions/worker/planted.ts", uses("../secrets/kms-seal.ts")],
    ["cli/planted.ts", uses("../functions/core/job/job-message.ts")],
    ["cli/planted.ts", uses("../functions/store/dynamodb-session-store.ts")],
    ["cli/planted.ts", uses("../functions/secrets/kms-seal.ts")],
    ["cli/planted.ts", uses("../functions/strategies/login/registry.ts")],
    ["cli/sessions/planted.ts", uses("../../functions/strategies/login/registry.ts")],
    ["bench/planted.ts", uses("../functions/browser/browser-pool.ts")],
    ["bench/recovery/planted.ts", uses("../../chaos/stand/stand.ts")],
    ["bench/recovery/planted.ts", uses("../../cli/build/ensure-built.ts")],
    ["chaos/planted.ts", uses("../functions/core/job/outcome.ts")],
    ["chaos/stand/planted.ts", uses("../../functions/store/dynamodb-lease-store.ts")],
    ["chaos/stand/planted.ts", uses("../../local/start-local-stack.ts")],
  ])("%s may have it: %s", (path, source) => {
    expect(lint(path, source)).not.toMatch(/no-restricted/u);
  });
});
