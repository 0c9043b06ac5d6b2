import { logins } from "../../functions/strategies/login/registry.ts";
import type { SessionPolicy } from "../../functions/core/session/session.ts";
import type { SessionStore } from "../../functions/core/session/session-store.ts";
import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";
import { createSession } from "../sessions/create-session.ts";
import { prepareDefinitions } from "../sessions/prepare-definitions.ts";
import { invalidSessions } from "../sessions/problem.ts";
import { fillIn } from "./placeholders.ts";

const WHAT_TO_DO = "Mend the file that --sessions names (docs/sessions.md describes the fields).";

/**
 * Adds the sessions that a run's jobs work under, all or none, and answers their policies by name. The local stack starts
 * without any. Throws `CliError`.
 */
export async function addSessions(
  store: Pick<SessionStore, "create">,
  text: string,
  placeholders: Readonly<Record<string, string>>,
): Promise<ReadonlyMap<string, SessionPolicy>> {
  const prepared = prepareDefinitions(fillIn(text, placeholders), { stored: [], logins, skipExisting: false });
  if (prepared.kind === "invalid") throw invalidSessions(prepared.problems, WHAT_TO_DO);
  for (const definition of prepared.definitions) {
    const written = await createSession(store, definition, undefined, Date.now());
    // A manifest may hold one of the same name, and a container was faster.
    if (written.kind === "refused")
      throw new CliError(EXIT.notAsExpected, `Session ${definition.name}: ${written.why}.`);
  }
  return new Map(prepared.definitions.map(({ name, policy }) => [name, policy]));
}
