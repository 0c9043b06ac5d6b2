import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { z } from "zod";

import { defineResource } from "./contract.ts";

const memory = "objects live in memory and end with the run";

export const s3Bucket = defineResource({
  type: "AWS::S3::Bucket",
  standsIn: "a bucket of fauxqs, in memory",
  honours: z.strictObject({ BucketName: z.string().optional() }),
  ignores: {
    BucketEncryption: memory,
    LifecycleConfiguration: memory,
    VersioningConfiguration: "the last version is the only one",
    PublicAccessBlockConfiguration: "there is no IAM, and the port is on loopback",
    OwnershipControls: "there is no IAM",
    LoggingConfiguration: "access isn't logged",
    Tags: "tags change nothing here",
  },
  refuses: {
    NotificationConfiguration: "nothing is sent when an object changes; take its reader out of the local stages.",
    ReplicationConfiguration: "there is one region here.",
    WebsiteConfiguration: "no website is served; use the S3 API.",
    ObjectLockConfiguration: "objects aren't locked; test against AWS.",
  },
  async create(properties, identity, { backends, region }) {
    const name = properties.BucketName ?? identity.generatedName(63).toLowerCase();
    await backends.s3.send(new CreateBucketCommand({ Bucket: name }));
    const domain = `${name}.s3.amazonaws.com`;
    const regionalDomain = `${name}.s3.${region}.amazonaws.com`;
    return {
      ref: name,
      attributes: { Arn: `arn:aws:s3:::${name}`, DomainName: domain, RegionalDomainName: regionalDomain },
    };
  },
});
