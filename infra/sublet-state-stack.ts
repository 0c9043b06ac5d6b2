import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import type { ITable } from "aws-cdk-lib/aws-dynamodb";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";

import { ArtifactBucket } from "./constructs/artifact-bucket.ts";
import { LeasesTable } from "./constructs/leases-table.ts";
import { ResultsQueue } from "./constructs/results-queue.ts";
import { SessionKey } from "./constructs/session-key.ts";
import { SessionsTable } from "./constructs/sessions-table.ts";
import type { StageConfiguration } from "./stage-configuration.ts";

export interface SubletStateStackProps extends StackProps {
  readonly stage: StageConfiguration;
}

/** What must outlive any worker: records, sessions and their key, files, results. Construct ids are a contract: a new id is a new resource. */
export class SubletStateStack extends Stack {
  readonly leases: ITable;
  readonly sessions: ITable;
  readonly sessionKey: IKey;
  readonly artifacts: IBucket;
  readonly results: IQueue;

  constructor(scope: Construct, id: string, props: SubletStateStackProps) {
    super(scope, id, props);
    const { stage } = props;
    this.leases = new LeasesTable(this, "Leases", { keep: stage.keepState }).table;
    this.sessionKey = new SessionKey(this, "SessionKey", { keep: stage.keepState }).key;
    this.sessions = new SessionsTable(this, "Sessions", { key: this.sessionKey, keep: stage.keepState }).table;
    this.artifacts = new ArtifactBucket(this, "Artifacts", {
      expiryDays: stage.artifactExpiryDays,
      checkpointExpiryDays: stage.recordRetentionDays,
      keep: stage.keepState,
    }).bucket;
    this.results = new ResultsQueue(this, "Results", { retentionDays: stage.resultRetentionDays }).queue;
    new CfnOutput(this, "LeasesTableName", { value: this.leases.tableName });
    new CfnOutput(this, "SessionsTableName", { value: this.sessions.tableName });
    new CfnOutput(this, "SessionKeyArn", { value: this.sessionKey.keyArn });
    new CfnOutput(this, "ArtifactsBucketName", { value: this.artifacts.bucketName });
    new CfnOutput(this, "ResultsQueueUrl", { value: this.results.queueUrl });
  }
}
