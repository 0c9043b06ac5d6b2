import { Duration, RemovalPolicy, Validations } from "aws-cdk-lib";
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";

import { ARTIFACTS_BUCKET } from "../../functions/store/artifacts-bucket.ts";

export interface ArtifactBucketProps {
  /** Of files that jobs write. */
  readonly expiryDays: number;
  /** Of checkpoints: how long records stay, and over the 14 days that SQS may deliver a message for. */
  readonly checkpointExpiryDays: number;
  /** Whether the bucket outlives its stack. */
  readonly keep: boolean;
}

/**
 * Files that jobs write, and checkpoints that are too large for a record: private, TLS 1.2 or later only, encrypted by S3's own key (so that whoever may read an object
 * needs no second right on a key), and removed after a time. The worker removes a checkpoint itself when the next one is
 * written; the time is for those of a job that ended.
 *
 * Not versioned: a key belongs to one job and one file name, the last writer wins on purpose, every reference carries
 * a SHA-256, and old versions would outlive the expiry that the operator chose.
 */
export class ArtifactBucket extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, props: ArtifactBucketProps) {
    super(scope, id);
    this.bucket = new Bucket(this, "Bucket", {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: false,
      lifecycleRules: [
        {
          id: "expire-artifacts",
          prefix: ARTIFACTS_BUCKET.artifactPrefix,
          expiration: Duration.days(props.expiryDays),
        },
        {
          id: "expire-checkpoints",
          prefix: ARTIFACTS_BUCKET.checkpointPrefix,
          expiration: Duration.days(props.checkpointExpiryDays),
        },
        { id: "end-uploads", abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
      removalPolicy: props.keep ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    Validations.of(this.bucket).acknowledge({
      id: "AwsSolutions-S1",
      reason:
        "One role writes here, and each object's job record names who wrote it and when. Access logs would need a " +
        "second bucket that itself has none; an operator who must audit readers turns on CloudTrail data events.",
    });
  }
}
