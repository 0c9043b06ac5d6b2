import { z } from "zod";

/** The fleet stack's outputs, as far as producers and operators need them: the contract between the stack and whoever talks to it. */
export const stackOutputsSchema = z.object({
  ExpressQueueUrl: z.url(),
  JobsQueueUrl: z.url(),
  DeadLetterQueueUrl: z.url(),
  ResultsQueueUrl: z.url(),
  SessionJobsQueueUrl: z.url(),
  SessionDeadLetterQueueUrl: z.url(),
  LeasesTableName: z.string().min(1),
  SessionsTableName: z.string().min(1),
  SessionKeyArn: z.string().min(1),
  ArtifactsBucketName: z.string().min(1),
  WorkerFunctionName: z.string().min(1),
});

export type StackOutputs = z.output<typeof stackOutputsSchema>;
