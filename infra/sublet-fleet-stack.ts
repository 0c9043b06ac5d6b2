import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";

import { ChromiumLayer } from "./constructs/chromium-layer.ts";
import { JobEventSource } from "./constructs/job-event-source.ts";
import { JobQueues } from "./constructs/job-queues.ts";
import { workerEnvironment } from "./constructs/worker-environment.ts";
import { WorkerFunction } from "./constructs/worker-function.ts";
import { WorkerLog } from "./constructs/worker-log.ts";
import { WorkerRole } from "./constructs/worker-role.ts";
import { PHASE_SIZES } from "./phase-sizes.ts";
import type { StageConfiguration } from "./stage-configuration.ts";
import type { SubletStateStack } from "./sublet-state-stack.ts";

/** Folders that are uploaded. */
export interface FleetAssets {
  /** The built worker: becomes /var/task. */
  readonly worker: string;
  /** The built Chromium layer: becomes /opt. */
  readonly layer: string;
}

export interface SubletFleetStackProps extends StackProps {
  readonly stage: StageConfiguration;
  readonly state: SubletStateStack;
  readonly assets: FleetAssets;
}

/** Source: AWS Lambda, CreateEventSourceMapping, BatchSize. */
const FIFO_BATCH_MAX = 10;

/** What works: queues in, worker, Chromium. Construct ids are a contract: a new id is a new resource. */
export class SubletFleetStack extends Stack {
  constructor(scope: Construct, id: string, props: SubletFleetStackProps) {
    super(scope, id, props);
    const { stage, state } = props;
    const { express, jobs, sessionJobs, deadLetter, sessionDeadLetter } = new JobQueues(this, "Queues", { stage });
    const { leases, sessions, sessionKey, artifacts, results } = state;
    const log = new WorkerLog(this, "WorkerLog", { retentionDays: stage.logRetentionDays, keep: stage.keepState });
    const records = { leases, sessions, sessionKey, artifacts };
    const neighbours = { ...records, results, express, jobs, sessionJobs, deadLetter, sessionDeadLetter };
    const role = new WorkerRole(this, "WorkerRole", { ...neighbours, logGroup: log.logGroup });
    const worker = new WorkerFunction(this, "Worker", {
      directory: props.assets.worker,
      layer: new ChromiumLayer(this, "Chromium", { directory: props.assets.layer }).version,
      role: role.role,
      logGroup: log.logGroup,
      environment: workerEnvironment({ ...neighbours, stage }),
      stage,
    }).function;
    const batchSize = PHASE_SIZES[stage.phase].contexts;
    new JobEventSource(this, "ExpressSource", {
      queue: express,
      worker,
      batchSize,
      windowSeconds: stage.expressWindowSeconds,
      maxConcurrency: stage.expressConcurrency,
    });
    new JobEventSource(this, "JobsSource", {
      queue: jobs,
      worker,
      batchSize,
      windowSeconds: stage.jobsWindowSeconds,
      maxConcurrency: stage.jobsConcurrency,
    });
    new JobEventSource(this, "SessionJobsSource", {
      queue: sessionJobs,
      worker,
      batchSize: Math.min(batchSize, FIFO_BATCH_MAX),
      maxConcurrency: stage.sessionConcurrency,
    });
    // All that a producer needs stands in the outputs of this one stack.
    const outputs = {
      ExpressQueueUrl: express.queueUrl,
      JobsQueueUrl: jobs.queueUrl,
      SessionJobsQueueUrl: sessionJobs.queueUrl,
      DeadLetterQueueUrl: deadLetter.queueUrl,
      SessionDeadLetterQueueUrl: sessionDeadLetter.queueUrl,
      ResultsQueueUrl: results.queueUrl,
      LeasesTableName: leases.tableName,
      SessionsTableName: sessions.tableName,
      SessionKeyArn: sessionKey.keyArn,
      ArtifactsBucketName: artifacts.bucketName,
      WorkerFunctionName: worker.functionName,
      WorkerLogGroupName: log.logGroup.logGroupName,
    };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}
