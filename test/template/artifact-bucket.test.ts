import { expect, it } from "vitest";

import { ARTIFACTS_BUCKET } from "../../functions/store/artifacts-bucket.ts";
import { STAGE_NAMES, stageNamed } from "../../infra/stages.ts";
import { ofType, synthesizeStage } from "./synthesized-stage.ts";

interface Rule {
  readonly Prefix?: string;
  readonly ExpirationInDays?: number;
}

it.each(STAGE_NAMES)(
  "the bucket of %s keeps checkpoints as long as records, whatever becomes of files",
  (stageName) => {
    const { recordRetentionDays, artifactExpiryDays } = stageNamed(stageName);
    const [[, bucket]] = ofType(synthesizeStage(stageName), "AWS::S3::Bucket");
    const { Rules } = bucket.Properties["LifecycleConfiguration"] as { readonly Rules: readonly Rule[] };
    // Of rules that overlap S3 takes the shorter one.
    const daysOf = (key: string) =>
      Math.min(
        ...Rules.filter(({ Prefix = "" }) => key.startsWith(Prefix)).map((rule) => rule.ExpirationInDays ?? Infinity),
      );
    expect(daysOf(`${ARTIFACTS_BUCKET.checkpointPrefix}a/1-1-x`)).toBe(recordRetentionDays);
    expect(daysOf(`${ARTIFACTS_BUCKET.artifactPrefix}a/b.png`)).toBe(artifactExpiryDays);
    // SQS delivers a message for up to 14 days after it was sent.
    expect(recordRetentionDays).toBeGreaterThan(14);
  },
);
