import { Duration, Size } from "aws-cdk-lib";
import type { IRole } from "aws-cdk-lib/aws-iam";
import {
  Architecture,
  Code,
  Function as LambdaFunction,
  RecursiveLoop,
  Runtime,
  type ILayerVersion,
} from "aws-cdk-lib/aws-lambda";
import type { ILogGroup } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";

import { PHASE_SIZES } from "../phase-sizes.ts";
import type { StageConfiguration } from "../stage-configuration.ts";

export interface WorkerFunctionProps {
  /** Folder that becomes /var/task. */
  readonly directory: string;
  readonly layer: ILayerVersion;
  readonly role: IRole;
  readonly logGroup: ILogGroup;
  readonly environment: Readonly<Record<string, string>>;
  readonly stage: StageConfiguration;
}

/**
 * The worker. x86_64, because the layer's Chromium (@sparticuz/chromium) is built for x86_64 in its npm package; an arm64
 * build would have to be downloaded apart and paired by hand.
 */
export class WorkerFunction extends Construct {
  readonly function: LambdaFunction;

  constructor(scope: Construct, id: string, props: WorkerFunctionProps) {
    super(scope, id);
    const size = PHASE_SIZES[props.stage.phase];
    this.function = new LambdaFunction(this, "Function", {
      description: "Runs jobs in many isolated contexts of one Chromium",
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.X86_64,
      handler: "index.handler",
      code: Code.fromAsset(props.directory),
      layers: [props.layer],
      memorySize: size.memoryMiB,
      ephemeralStorageSize: Size.mebibytes(size.ephemeralStorageMiB),
      timeout: Duration.seconds(props.stage.functionTimeoutSeconds),
      role: props.role,
      logGroup: props.logGroup,
      environment: { ...props.environment },
      // The worker sends to the results and dead-letter queues only. Should somebody wire one of them back to a job queue,
      // Lambda ends the circle after about 16 rounds.
      recursiveLoop: RecursiveLoop.TERMINATE,
    });
  }
}
