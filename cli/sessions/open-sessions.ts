import type { Seal } from "../../functions/core/session/seal.ts";
import type { SessionStore } from "../../functions/core/session/session-store.ts";
import type { SessionRecord } from "../../functions/core/session/session.ts";
import { DynamoDbSessionStore } from "../../functions/store/dynamodb-session-store.ts";
import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";
import { openTarget, type Target } from "../target/target.ts";

export function openSessionStore({ dynamodb, outputs }: Target): SessionStore {
  return new DynamoDbSessionStore(dynamodb, outputs.SessionsTableName);
}

/** Loaded for the commands about sessions only: the others start faster without it. */
async function openSeal({ kms, outputs }: Target): Promise<Seal> {
  const { createKmsSeal } = await import("../../functions/secrets/kms-seal.ts");
  return createKmsSeal({ keyArn: outputs.SessionKeyArn, client: kms });
}

/** What a command about sessions works with. */
export interface Sessions {
  readonly store: SessionStore;
  readonly seal: Seal;
}

/** Opens a stack's sessions for one command, and closes them whatever comes of it. */
export async function withSessions<Value>(
  options: { readonly stack?: string },
  run: (sessions: Sessions) => Promise<Value>,
): Promise<Value> {
  const target = await openTarget(options);
  try {
    return await run({ store: openSessionStore(target), seal: await openSeal(target) });
  } finally {
    target.close();
  }
}

/** Throws `CliError` for a name that nobody has. */
export async function readSession(store: Pick<SessionStore, "read">, name: string): Promise<SessionRecord> {
  const record = await store.read(name);
  if (record) return record;
  throw noSuchSession(name);
}

export function noSuchSession(name: string): CliError {
  return new CliError(
    EXIT.notAsExpected,
    `There is no session ${name}. \`npx sublet sessions list\` shows all of them.`,
  );
}
