import { z } from "zod";

/** Code from an asset of the assembly; the bucket is CDK's own and has no local counterpart. */
export const assetLocation = z.strictObject({ S3Bucket: z.string(), S3Key: z.string() });
