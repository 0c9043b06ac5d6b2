import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

import { z } from "zod";

import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";
import { stackOutputsSchema } from "./stack-outputs.ts";

/** What a running `sublet local` leaves for other calls, in .sublet/local.json. */
const localStateSchema = z.object({
  v: z.literal(1),
  pid: z.int().positive(),
  region: z.string(),
  endpoints: z.object({ sqs: z.url(), s3: z.url(), dynamodb: z.url(), kms: z.url(), lambda: z.url() }),
  stack: z.string(),
  outputs: stackOutputsSchema,
  shop: z.url().optional(),
});

export type LocalState = z.output<typeof localStateSchema>;

export async function writeLocalState(path: string, state: LocalState): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${JSON.stringify(state, undefined, 2)}\n`);
}

/** Only the local stack that wrote the file removes it: another one may have started since. */
export async function removeLocalState(path: string, pid: number): Promise<void> {
  const state = await readStateFile(path);
  if (state?.pid === pid) await rm(path, { force: true });
}

/** The running local stack's state; undefined when none runs. */
export async function runningLocalState(path: string): Promise<LocalState | undefined> {
  const state = await readStateFile(path);
  return state && isAlive(state.pid) ? state : undefined;
}

/** The running local stack's state. Throws `CliError` when there is none, or its process is gone. */
export async function readLocalState(path: string): Promise<LocalState> {
  const state = await readStateFile(path);
  if (!state) {
    throw new CliError(
      EXIT.unreachable,
      "No local stack is running. Start one with `npm start` (or `npx sublet local`), or name a deployed stack with --stack NAME.",
    );
  }
  if (isAlive(state.pid)) return state;
  throw new CliError(
    EXIT.unreachable,
    `The local stack of ${path} is gone (its process ${state.pid} has ended). Start a new one with \`npm start\`, or name a deployed stack with --stack NAME.`,
  );
}

async function readStateFile(path: string): Promise<LocalState | undefined> {
  try {
    return localStateSchema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
