import { describe, expect, it } from "vitest";

import { STAGE_NAMES } from "../../infra/stages.ts";
import { ofType, synthesizeStage } from "./synthesized-stage.ts";

describe.each(STAGE_NAMES)("job queues of %s", (stageName) => {
  const stage = synthesizeStage(stageName);
  const queues = ofType(stage, "AWS::SQS::Queue");
  const sources = queues.filter(([, { Properties }]) => Properties["RedrivePolicy"] !== undefined);
  const [[, worker]] = ofType(stage, "AWS::Lambda::Function");

  it("are express and jobs, by names that producers can rely on", () => {
    expect(sources.map(([, { Properties }]) => Properties["QueueName"])).toEqual([
      `SubletFleet-${stageName}-express`,
      `SubletFleet-${stageName}-jobs`,
    ]);
  });

  it("hide a message for at least six times the function's timeout", () => {
    for (const [, { Properties }] of sources) {
      expect(Properties["VisibilityTimeout"]).toBeGreaterThanOrEqual(6 * Number(worker.Properties["Timeout"]));
    }
  });

  it("end in one dead-letter queue, which only they may redrive from", () => {
    const targets = sources.map(
      ([, { Properties }]) => (Properties["RedrivePolicy"] as RedrivePolicy).deadLetterTargetArn,
    );
    const [deadLetterId] = targets[0]!["Fn::GetAtt"];
    expect(targets).toEqual([{ "Fn::GetAtt": [deadLetterId, "Arn"] }, { "Fn::GetAtt": [deadLetterId, "Arn"] }]);
    const allow = stage.resources.get(deadLetterId)?.Properties["RedriveAllowPolicy"] as RedriveAllowPolicy;
    expect(allow.redrivePermission).toBe("byQueue");
    expect(allow.sourceQueueArns.map((arn) => JSON.stringify(arn).match(/:([\w-]+)"\]\]\}$/u)?.[1])).toEqual([
      `SubletFleet-${stageName}-express`,
      `SubletFleet-${stageName}-jobs`,
    ]);
  });

  it("give a message up only long after its job's own attempts, and before it expires", () => {
    for (const [, { Properties }] of sources) {
      const { maxReceiveCount } = Properties["RedrivePolicy"] as RedrivePolicy;
      expect(maxReceiveCount).toBeGreaterThanOrEqual(50);
      expect(maxReceiveCount * Number(Properties["VisibilityTimeout"])).toBeLessThan(
        Number(Properties["MessageRetentionPeriod"]),
      );
    }
  });

  it("keep a dead-lettered message longer than a waiting one, because its age goes on counting", () => {
    const [, deadLetter] = queues.find(([, { Properties }]) => Properties["RedriveAllowPolicy"] !== undefined)!;
    for (const [, { Properties }] of sources) {
      expect(deadLetter.Properties["MessageRetentionPeriod"]).toBeGreaterThan(
        Number(Properties["MessageRetentionPeriod"]),
      );
    }
  });
});

interface RedrivePolicy {
  readonly deadLetterTargetArn: { readonly "Fn::GetAtt": readonly [string, string] };
  readonly maxReceiveCount: number;
}

interface RedriveAllowPolicy {
  readonly redrivePermission: string;
  readonly sourceQueueArns: readonly unknown[];
}
