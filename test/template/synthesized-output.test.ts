import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { UNZIPPED_LIMIT_BYTES } from "../../layers/chromium/budget.ts";
import { directoryBytes } from "../../scripts/build/size-report.ts";
import { ROOT } from "./synthesized-stage.ts";

/** Nothing listens here: whatever tries to leave the machine fails at once. */
const NOWHERE = "http://127.0.0.1:9";
const temporary = mkdtempSync(join(tmpdir(), "sublet-synth-"));
const output = join(temporary, "cdk.out");

interface Synthesized {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Metadata?: Record<string, string> }>>;
}

/** The real thing: builds and synthesizes as a person would, with an empty home, no credentials and no way out. */
function synthesize(stage: string) {
  const command = ["synth", "--quiet", "--output", output, "--context", `stage=${stage}`];
  return spawnSync(join(ROOT, "node_modules/.bin/cdk"), command, {
    cwd: ROOT,
    encoding: "utf8",
    env: {
      PATH: [join(ROOT, "node_modules/.bin"), dirname(process.execPath), "/usr/bin", "/bin"].join(delimiter),
      HOME: temporary,
      HTTP_PROXY: NOWHERE,
      HTTPS_PROXY: NOWHERE,
      AWS_EC2_METADATA_DISABLED: "true",
    },
  });
}

let run: ReturnType<typeof synthesize>;
beforeAll(() => {
  run = synthesize("prod");
});
afterAll(() => {
  rmSync(temporary, { recursive: true, force: true });
});

describe("cdk synth", () => {
  it("succeeds offline, without credentials and without context lookups", () => {
    expect(`${run.status}\n${run.stdout}\n${run.stderr}`).toMatch(/^0\n/u);
    expect(existsSync(join(ROOT, "cdk.context.json"))).toBe(false);
  });

  it("puts function and layer within Lambda's 250 MB, unzipped", async () => {
    const template = JSON.parse(readFileSync(join(output, "SubletFleet-prod.template.json"), "utf8")) as Synthesized;
    const assets = Object.values(template.Resources).flatMap(({ Type, Metadata }) =>
      Metadata?.["aws:asset:path"] === undefined
        ? []
        : [{ type: Type, path: join(output, Metadata["aws:asset:path"]) }],
    );
    expect(assets.map(({ type }) => type).toSorted()).toEqual(["AWS::Lambda::Function", "AWS::Lambda::LayerVersion"]);
    const sizes = await Promise.all(assets.map(({ path }) => directoryBytes(path)));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    expect(total).toBeLessThanOrEqual(UNZIPPED_LIMIT_BYTES);
    // A layer without Chromium would pass as well.
    expect(total).toBeGreaterThan(150 * 1_024 * 1_024);
  });

  it("stops at a stage that nobody wrote, naming those that are", () => {
    const misspelt = synthesize("prd");
    expect(misspelt.status).not.toBe(0);
    expect(misspelt.stderr).toContain('no stage is named "prd": choose one of dev, prod');
  });
});
