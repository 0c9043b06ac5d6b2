import type { ITable } from "aws-cdk-lib/aws-dynamodb";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import type { IQueue } from "aws-cdk-lib/aws-sqs";

import { workerConfiguration } from "../../functions/worker/configuration.ts";
import type { StageConfiguration } from "../stage-configuration.ts";

export interface WorkerSurroundings {
  readonly leases: ITable;
  readonly sessions: ITable;
  readonly sessionKey: IKey;
  readonly artifacts: IBucket;
  readonly results: IQueue;
  readonly express: IQueue;
  readonly jobs: IQueue;
  readonly sessionJobs: IQueue;
  readonly deadLetter: IQueue;
  readonly sessionDeadLetter: IQueue;
  readonly stage: StageConfiguration;
}

/** The worker's environment, by the names of its own configuration table. What isn't set here has its default there. */
export function workerEnvironment(surroundings: WorkerSurroundings): Record<string, string> {
  return {
    [workerConfiguration.leasesTable.env]: surroundings.leases.tableName,
    [workerConfiguration.sessionsTable.env]: surroundings.sessions.tableName,
    [workerConfiguration.sessionKeyArn.env]: surroundings.sessionKey.keyArn,
    [workerConfiguration.artifactsBucket.env]: surroundings.artifacts.bucketName,
    [workerConfiguration.expressQueueUrl.env]: surroundings.express.queueUrl,
    [workerConfiguration.jobsQueueUrl.env]: surroundings.jobs.queueUrl,
    [workerConfiguration.sessionJobsQueueUrl.env]: surroundings.sessionJobs.queueUrl,
    [workerConfiguration.deadLetterQueueUrl.env]: surroundings.deadLetter.queueUrl,
    [workerConfiguration.sessionDeadLetterQueueUrl.env]: surroundings.sessionDeadLetter.queueUrl,
    [workerConfiguration.resultsQueueUrl.env]: surroundings.results.queueUrl,
    [workerConfiguration.phase.env]: surroundings.stage.phase,
    [workerConfiguration.retentionDays.env]: String(surroundings.stage.recordRetentionDays),
    [workerConfiguration.logLevel.env]: surroundings.stage.logLevel,
    // Stack traces name the source files, not the bundle; the map is read only when one is made.
    NODE_OPTIONS: "--enable-source-maps",
  };
}
