import { describe, expect, it } from "vitest";

import { PHASES, PHASE_RATIOS } from "../../functions/core/phase/phase.ts";
import { readConfiguration } from "../../functions/core/configuration/configuration-table.ts";
import { workerConfiguration } from "../../functions/worker/configuration.ts";
import { PHASE_SIZES } from "../../infra/phase-sizes.ts";
import { STAGE_NAMES, stageNamed } from "../../infra/stages.ts";
import { ofType, synthesizeStage } from "./synthesized-stage.ts";

/** Source: AWS Lambda, "Configure Lambda function memory": 1,769 MB have the equivalent of one vCPU. */
const MIB_PER_VCPU = 1_769;
const KEY_ARN = "arn:aws:kms:eu-central-1:123456789012:key/k";
/** What Lambda itself reads or sets. */
const LAMBDA_VARIABLES = new Set(["NODE_OPTIONS"]);

describe.each(STAGE_NAMES)("the worker of %s", (stageName) => {
  const stage = synthesizeStage(stageName);
  const [[, { Properties }]] = ofType(stage, "AWS::Lambda::Function");
  const variables = (Properties["Environment"] as { Variables: Record<string, unknown> }).Variables;

  it("is the only function, on Node 24 and x86_64, with the one layer", () => {
    expect(ofType(stage, "AWS::Lambda::Function")).toHaveLength(1);
    expect(ofType(stage, "AWS::Lambda::LayerVersion")).toHaveLength(1);
    expect(Properties).toMatchObject({
      Runtime: "nodejs24.x",
      Architectures: ["x86_64"],
      Handler: "index.handler",
      Layers: [{ Ref: ofType(stage, "AWS::Lambda::LayerVersion")[0][0] }],
      Timeout: stageNamed(stageName).functionTimeoutSeconds,
      RecursiveLoop: "Terminate",
    });
  });

  it("gets an environment that its own configuration table accepts", () => {
    const known = new Set<string>(Object.values(workerConfiguration).map(({ env }) => env));
    expect(Object.keys(variables).filter((name) => !known.has(name) && !LAMBDA_VARIABLES.has(name))).toEqual([]);
    const deployed = (name: string) => (name === workerConfiguration.sessionKeyArn.env ? KEY_ARN : "https://deployed");
    const environment = Object.fromEntries(
      Object.entries(variables).map(([name, value]) => [name, typeof value === "string" ? value : deployed(name)]),
    );
    const read = () =>
      readConfiguration(workerConfiguration, {
        ...environment,
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(Properties["MemorySize"]),
      });
    expect(read).not.toThrow();
    expect(read().phase).toBe(stageNamed(stageName).phase);
  });

  it("gets each queue, table and key under the name that is meant", () => {
    const meant = {
      SUBLET_EXPRESS_QUEUE_URL: /QueuesExpress/u,
      SUBLET_JOBS_QUEUE_URL: /QueuesJobs/u,
      SUBLET_SESSION_JOBS_QUEUE_URL: /QueuesSessionJobs/u,
      SUBLET_DEAD_LETTER_QUEUE_URL: /QueuesDeadLetter/u,
      SUBLET_SESSION_DEAD_LETTER_QUEUE_URL: /QueuesSessionDeadLetter/u,
      SUBLET_RESULTS_QUEUE_URL: /ResultsQueue/u,
      SUBLET_LEASES_TABLE: /RefLeasesTable/u,
      SUBLET_SESSIONS_TABLE: /RefSessionsTable/u,
      SUBLET_SESSION_KEY_ARN: /GetAttSessionKey\w+Arn/u,
      SUBLET_ARTIFACTS_BUCKET: /RefArtifactsBucket/u,
    };
    for (const [name, value] of Object.entries(meant)) expect(JSON.stringify(variables[name])).toMatch(value);
    const references = Object.keys(variables).filter((name) => typeof variables[name] !== "string");
    expect(references.toSorted()).toEqual(Object.keys(meant).toSorted());
  });

  it("logs to its own group, which forgets", () => {
    const [[id, group]] = ofType(stage, "AWS::Logs::LogGroup");
    expect(Properties["LoggingConfig"]).toEqual({ LogGroup: { Ref: id } });
    expect(group.Properties).toMatchObject({ RetentionInDays: stageNamed(stageName).logRetentionDays });
  });
});

describe("the size of a phase", () => {
  const defaults = readConfiguration(workerConfiguration, {
    SUBLET_LEASES_TABLE: "t",
    SUBLET_ARTIFACTS_BUCKET: "b",
    SUBLET_EXPRESS_QUEUE_URL: "https://q",
    SUBLET_JOBS_QUEUE_URL: "https://q",
    SUBLET_SESSION_JOBS_QUEUE_URL: "https://q",
    SUBLET_SESSION_DEAD_LETTER_QUEUE_URL: "https://q",
    SUBLET_SESSIONS_TABLE: "t",
    SUBLET_SESSION_KEY_ARN: KEY_ARN,
    SUBLET_DEAD_LETTER_QUEUE_URL: "https://q",
    SUBLET_RESULTS_QUEUE_URL: "https://q",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "2048",
  });

  it("exists for every phase", () => {
    expect(Object.keys(PHASE_SIZES)).toEqual([...PHASES]);
  });

  it.each(PHASES)("of %s gives a full browser the memory and the CPU that the worker reckons with", (phase) => {
    const { contexts, memoryMiB } = PHASE_SIZES[phase];
    expect(contexts).toBe(Math.max(...Object.values(PHASE_RATIOS[phase])));
    expect(memoryMiB).toBeGreaterThanOrEqual(defaults.baseMiB + contexts * defaults.slotMiB);
    expect(memoryMiB / MIB_PER_VCPU).toBeGreaterThanOrEqual(contexts * defaults.slotVcpu);
  });
});
