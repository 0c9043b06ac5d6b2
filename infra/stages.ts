import { z } from "zod";

import { stageConfigurationSchema, type StageConfiguration } from "./stage-configuration.ts";

/** The stages that can be deployed: `cdk deploy --all -c stage=prod`. Add one here. */
const stages: Readonly<Record<string, StageConfiguration>> = {
  dev: {
    phase: "C",
    functionTimeoutSeconds: 900,
    expressConcurrency: 2,
    jobsConcurrency: 2,
    sessionConcurrency: 2,
    expressWindowSeconds: 0,
    jobsWindowSeconds: 2,
    maxReceiveCount: 100,
    jobRetentionDays: 7,
    deadLetterRetentionDays: 14,
    resultRetentionDays: 14,
    recordRetentionDays: 30,
    artifactExpiryDays: 7,
    logRetentionDays: 7,
    logLevel: "DEBUG",
    keepState: false,
  },
  prod: {
    phase: "A",
    functionTimeoutSeconds: 900,
    expressConcurrency: 20,
    jobsConcurrency: 50,
    sessionConcurrency: 20,
    expressWindowSeconds: 0,
    jobsWindowSeconds: 2,
    maxReceiveCount: 100,
    jobRetentionDays: 7,
    deadLetterRetentionDays: 14,
    resultRetentionDays: 14,
    recordRetentionDays: 30,
    artifactExpiryDays: 30,
    logRetentionDays: 90,
    logLevel: "INFO",
    keepState: true,
  },
};

export const STAGE_NAMES = Object.keys(stages);

/** A stage that can't be deployed as it is written: correct infra/stages.ts or the `-c stage=` option. */
export class InvalidStage extends Error {
  override readonly name = "InvalidStage";
}

/** The checked configuration of a stage. Throws `InvalidStage`, naming each wrong field. */
export function stageNamed(name: string): StageConfiguration {
  const stage = Object.hasOwn(stages, name) ? stages[name] : undefined;
  if (!stage)
    throw new InvalidStage(`no stage is named ${JSON.stringify(name)}: choose one of ${STAGE_NAMES.join(", ")}`);
  return checkStage(name, stage);
}

/** Checks values that stand for a stage. Throws `InvalidStage`. */
export function checkStage(name: string, stage: unknown): StageConfiguration {
  const parsed = stageConfigurationSchema.safeParse(stage);
  if (!parsed.success) throw new InvalidStage(`stage ${name} is not valid:\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
