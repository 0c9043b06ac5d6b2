import { z } from "zod";

/** The fleet stack's outputs, as far as producers need them: the contract between the stack and every producer. */
export const stackOutputsSchema = z.object({
  ExpressQueueUrl: z.url(),
  JobsQueueUrl: z.url(),
  DeadLetterQueueUrl: z.url(),
  ResultsQueueUrl: z.url(),
  LeasesTableName: z.string().min(1),
  ArtifactsBucketName: z.string().min(1),
});

export type StackOutputs = z.output<typeof stackOutputsSchema>;
