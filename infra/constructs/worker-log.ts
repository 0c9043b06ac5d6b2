import { RemovalPolicy } from "aws-cdk-lib";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";

const RETENTION = {
  7: RetentionDays.ONE_WEEK,
  14: RetentionDays.TWO_WEEKS,
  30: RetentionDays.ONE_MONTH,
  90: RetentionDays.THREE_MONTHS,
  365: RetentionDays.ONE_YEAR,
} as const;

export interface WorkerLogProps {
  readonly retentionDays: keyof typeof RETENTION;
  /** Whether the log outlives its stack. */
  readonly keep: boolean;
}

/** The worker's log: structured lines, and the metrics that CloudWatch reads out of them. */
export class WorkerLog extends Construct {
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: WorkerLogProps) {
    super(scope, id);
    this.logGroup = new LogGroup(this, "LogGroup", {
      retention: RETENTION[props.retentionDays],
      removalPolicy: props.keep ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
  }
}
