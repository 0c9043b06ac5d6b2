import { describe, expect, it } from "vitest";

import { STAGE_NAMES } from "../../infra/stages.ts";
import { ofType, synthesizeStage, type Resource } from "./synthesized-stage.ts";

/** Each dead-letter queue's sources, as their names end. */
const SOURCES = { QueuesDeadLetter: ["express", "jobs"], QueuesSessionDeadLetter: ["session-jobs.fifo"] };

describe.each(STAGE_NAMES)("job queues of %s", (stageName) => {
  const stage = synthesizeStage(stageName);
  const queues = ofType(stage, "AWS::SQS::Queue");
  const sources = queues.filter(([, { Properties }]) => Properties["RedrivePolicy"] !== undefined);
  const [[, worker]] = ofType(stage, "AWS::Lambda::Function");
  const named = (name: string) => `SubletFleet-${stageName}-${name}`;
  const nameOf = ({ Properties }: Resource) => String(Properties["QueueName"]);

  it("are express, jobs and session jobs, by names that producers can rely on", () => {
    expect(sources.map(([, queue]) => nameOf(queue))).toEqual(["express", "jobs", "session-jobs.fifo"].map(named));
  });

  it("hide a message for at least six times the function's timeout", () => {
    for (const [, { Properties }] of sources) {
      expect(Properties["VisibilityTimeout"]).toBeGreaterThanOrEqual(6 * Number(worker.Properties["Timeout"]));
    }
  });

  it.each(Object.entries(SOURCES))("end in %s, which only they may redrive from", (prefix, names) => {
    const [deadLetterId, deadLetter] = queues.find(([id]) => id.startsWith(prefix))!;
    const into = sources.filter(([, { Properties }]) => {
      const { deadLetterTargetArn } = Properties["RedrivePolicy"] as RedrivePolicy;
      return deadLetterTargetArn["Fn::GetAtt"][0] === deadLetterId;
    });
    expect(into.map(([, queue]) => nameOf(queue))).toEqual(names.map(named));
    const allow = deadLetter.Properties["RedriveAllowPolicy"] as RedriveAllowPolicy;
    expect(allow.redrivePermission).toBe("byQueue");
    const allowed = allow.sourceQueueArns.map((arn) => JSON.stringify(arn).match(/:([\w.-]+)"\]\]\}$/u)?.[1]);
    expect(allowed).toEqual(names.map(named));
  });

  it("have a dead-letter queue of their own kind, since SQS knows no way between kinds", () => {
    for (const [, queue] of sources) {
      const [deadLetterId] = (queue.Properties["RedrivePolicy"] as RedrivePolicy).deadLetterTargetArn["Fn::GetAtt"];
      expect(stage.resources.get(deadLetterId)?.Properties["FifoQueue"]).toBe(queue.Properties["FifoQueue"]);
    }
  });

  it("are FIFO for session jobs only, and there by SQS's plain rules", () => {
    const fifo = queues.filter(([, { Properties }]) => Properties["FifoQueue"] === true);
    expect(fifo.map(([, queue]) => nameOf(queue)).toSorted()).toEqual(
      ["session-dead-letter.fifo", "session-jobs.fifo"].map(named),
    );
    for (const [id, { Properties }] of queues) {
      // A message that says nothing else is a duplicate of one with the same body: two jobs of the same text.
      for (const setting of ["ContentBasedDeduplication", "DeduplicationScope", "FifoThroughputLimit"]) {
        expect([id, setting, Properties[setting]]).toEqual([id, setting, undefined]);
      }
    }
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
    const deadLetters = queues.filter(([, { Properties }]) => Properties["RedriveAllowPolicy"] !== undefined);
    expect(deadLetters).toHaveLength(2);
    for (const [, deadLetter] of deadLetters) {
      for (const [, { Properties }] of sources) {
        expect(deadLetter.Properties["MessageRetentionPeriod"]).toBeGreaterThan(
          Number(Properties["MessageRetentionPeriod"]),
        );
      }
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
