import { z } from "zod";

import { defineResource } from "./contract.ts";

export const kmsKey = defineResource({
  type: "AWS::KMS::Key",
  standsIn: "a key derived from the local stack's master key, which is a file that only its owner may read",
  honours: z.strictObject({
    Enabled: z.boolean().default(true),
    KeySpec: z.literal("SYMMETRIC_DEFAULT").optional(),
    KeyUsage: z.literal("ENCRYPT_DECRYPT").optional(),
  }),
  ignores: {
    KeyPolicy: "there is no IAM",
    BypassPolicyLockoutSafetyCheck: "there is no IAM",
    EnableKeyRotation: "the key file stays as it is",
    RotationPeriodInDays: "the key file stays as it is",
    PendingWindowInDays: "keys end with the run",
    Description: "for people",
    Tags: "tags change nothing here",
  },
  refuses: {
    MultiRegion: "there is one region here; leave it out of the local stages.",
    Origin: "key material comes from the key file; leave it out of the local stages.",
  },
  create(properties, { generatedName }, { region, account, backends }) {
    const id = generatedName(64);
    const arn = `arn:aws:kms:${region}:${account}:key/${id}`;
    backends.keys.add(id, { arn, enabled: properties.Enabled });
    return Promise.resolve({ ref: id, attributes: { Arn: arn, KeyId: id } });
  },
});
