import { Stack, Validations } from "aws-cdk-lib";
import type { ITable } from "aws-cdk-lib/aws-dynamodb";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { ILogGroup } from "aws-cdk-lib/aws-logs";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";

import { ARTIFACTS_BUCKET } from "../../functions/store/artifacts-bucket.ts";
import { SESSIONS_TABLE } from "../../functions/store/sessions-table.ts";
import { allowCredentials } from "./credentials-access.ts";
import { openTable, sealSessions } from "./session-key.ts";

export interface WorkerRoleProps {
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
  readonly logGroup: ILogGroup;
}

/**
 * What the worker may do, action by action: no policy of AWS's own, which would let it write every log of the account.
 * Of what it wrote it reads only records, sessions and checkpoints back: no artifacts and no results. It can't delete or scan records, can't open a login that is sealed for no
 * session, and can't send itself jobs.
 */
export class WorkerRole extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string, props: WorkerRoleProps) {
    super(scope, id);
    this.role = new Role(this, "Role", {
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
      description: "Sublet's worker: takes jobs, holds leases, writes results.",
    });
    const { artifactPrefix, checkpointPrefix } = ARTIFACTS_BUCKET;
    const poolIndexArn = `${props.sessions.tableArn}/index/${SESSIONS_TABLE.poolIndex.name}`;
    const statements = [
      allow("Leases", ["dynamodb:GetItem", "dynamodb:UpdateItem"], [props.leases.tableArn]),
      allow("Sessions", ["dynamodb:GetItem", "dynamodb:UpdateItem", "dynamodb:PutItem"], [props.sessions.tableArn]),
      allow("Pools", ["dynamodb:Query"], [poolIndexArn]),
      sealSessions(props.sessionKey),
      openTable(props.sessionKey, props.sessions.tableName),
      allow(
        "Jobs",
        // The first three are what an event source mapping needs; the worker's refill and renewal use the same and the last.
        ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"],
        [props.express.queueArn, props.jobs.queueArn, props.sessionJobs.queueArn],
      ),
      allow(
        "Results",
        ["sqs:SendMessage"],
        [props.results.queueArn, props.deadLetter.queueArn, props.sessionDeadLetter.queueArn],
      ),
      allow("Artifacts", ["s3:PutObject"], [props.artifacts.arnForObjects(`${artifactPrefix}*`)]),
      allow(
        "Checkpoints",
        ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
        [props.artifacts.arnForObjects(`${checkpointPrefix}*`)],
      ),
      allow("Log", ["logs:CreateLogStream", "logs:PutLogEvents"], [props.logGroup.logGroupArn]),
    ];
    for (const statement of statements) this.role.addToPolicy(statement);
    allowCredentials(this.role);
    for (const [prefix, what] of [
      [artifactPrefix, "files"],
      [checkpointPrefix, "checkpoints"],
    ]) {
      Validations.of(this).acknowledge({
        id: `AwsSolutions-IAM5[Resource::${exportName(props.artifacts)}/${prefix}*]`,
        reason: `The keys of a job's ${what} begin with its id, which nobody knows before the job is sent.`,
      });
    }
  }
}

/** cdk-nag names a resource of another stack by the export that the reference becomes. */
function exportName(bucket: IBucket): string {
  const owner = Stack.of(bucket);
  const reference = owner.resolve(owner.exportValue(bucket.bucketArn)) as { readonly "Fn::ImportValue": string };
  return reference["Fn::ImportValue"];
}

function allow(sid: string, actions: string[], resources: string[]): PolicyStatement {
  return new PolicyStatement({ sid, actions, resources });
}
