import { Duration, RemovalPolicy, Validations } from "aws-cdk-lib";
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";

export interface ArtifactBucketProps {
  readonly expiryDays: number;
  /** Whether the bucket outlives its stack. */
  readonly keep: boolean;
}

/**
 * Files that jobs write: private, TLS 1.2 or later only, encrypted by S3's own key (so that whoever may read an object
 * needs no second right on a key), and removed after a time.
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
          expiration: Duration.days(props.expiryDays),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
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
