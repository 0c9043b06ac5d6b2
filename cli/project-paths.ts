import { dirname, join } from "node:path";

/** The repository that this CLI belongs to, whatever folder it is started in. */
export const PROJECT_ROOT = dirname(import.meta.dirname);

/** Everything that a local run leaves behind for people and for later calls. Not under version control. */
const STATE_DIRECTORY = join(PROJECT_ROOT, ".sublet");

export const PATHS = {
  assembly: join(PROJECT_ROOT, "cdk.out"),
  worker: join(PROJECT_ROOT, "dist/functions/worker/index.mjs"),
  examples: join(PROJECT_ROOT, "examples/jobs.jsonl"),
  exampleSessions: join(PROJECT_ROOT, "examples/sessions.jsonl"),
  localState: join(STATE_DIRECTORY, "local.json"),
  /** Stands in for KMS; made at the first local run. */
  localKey: join(STATE_DIRECTORY, "session-key"),
  /** What Secrets Manager and SSM know in a local run. */
  localSecrets: join(STATE_DIRECTORY, "secrets.env"),
  buildStamp: join(STATE_DIRECTORY, "build.json"),
  buildLog: join(STATE_DIRECTORY, "build.log"),
  logs: join(STATE_DIRECTORY, "logs"),
} as const;
