import type { SessionDefinition, SessionRecord } from "../../functions/core/session/session.ts";
import type { StateSnapshot } from "../../functions/core/session/state/session-state.ts";
import type { SessionStore } from "../../functions/core/session/session-store.ts";
import { inParallel } from "../in-parallel.ts";
import { checkDefinition, type DefinitionInput, type Logins } from "./check-definition.ts";
import { replacementProblems } from "./check-replacement.ts";
import { optionOf } from "./definition-options.ts";
import { poolOrderProblems } from "./pool-orders.ts";
import type { SessionProblem } from "./problem.ts";
import { findSessionFiles, type SessionFile } from "./session-files.ts";
import { readStateFile } from "./state-file.ts";

export interface ImportRequest {
  readonly folder: string;
  /** What is said of all sessions alike; absent fields are left to their defaults. */
  readonly common: Omit<DefinitionInput, "name">;
  /** What to do with a session that exists. */
  readonly existing: "refuse" | "replace" | "skip";
  readonly logins: Logins;
  readonly nowMs: number;
}

/** A session to write, read and checked. */
export interface PreparedSession {
  readonly file: string;
  readonly definition: SessionDefinition;
  readonly snapshot: StateSnapshot;
  /** What is stored of it, where its state is to be replaced. */
  readonly replaces?: SessionRecord;
}

export type PreparedImport =
  | { readonly kind: "ready"; readonly sessions: readonly PreparedSession[]; readonly skipped: readonly string[] }
  | { readonly kind: "invalid"; readonly problems: readonly SessionProblem[] };

const FILES_AT_ONCE = 8;

/** Reads and checks everything, and answers all that is wrong at once. Writes nothing. One scan of the sessions. */
export async function prepareImport(
  store: Pick<SessionStore, "list">,
  request: ImportRequest,
): Promise<PreparedImport> {
  const { common, existing } = request;
  const [found, records] = await Promise.all([findSessionFiles(request.folder), store.list()]);
  const stored = new Map(records.map((record) => [record.name, record]));
  const skipped = new Set(existing === "skip" ? found.files.filter(({ session }) => stored.has(session)) : []);
  const wanted = found.files.filter((file) => !skipped.has(file));
  const prepared = await inParallel(wanted, FILES_AT_ONCE, (file) => prepare(file, stored.get(file.session), request));
  const sessions = prepared.flatMap(({ session }) => session ?? []);
  const added = sessions.flatMap(({ definition, replaces }) => (replaces ? [] : [definition]));
  const problems = [
    ...commonProblems(common, request.logins),
    ...found.problems,
    ...prepared.flatMap((one) => one.problems),
    ...poolOrderProblems(added, records),
  ];
  if (problems.length > 0) return { kind: "invalid", problems };
  return { kind: "ready", sessions, skipped: [...skipped].map(({ session }) => session) };
}

/** Once, and not again for each file. */
function commonProblems(common: ImportRequest["common"], logins: Logins): readonly SessionProblem[] {
  const checked = checkDefinition({ ...common, name: "any" }, logins);
  if (checked.kind === "valid") return [];
  return checked.problems.map((problem) => ({ ...problem, field: optionOf(problem.field) }));
}

async function prepare(
  file: SessionFile,
  before: SessionRecord | undefined,
  { common, existing, logins, nowMs }: ImportRequest,
): Promise<{ readonly session?: PreparedSession; readonly problems: readonly SessionProblem[] }> {
  const { path, session: name } = file;
  const state = await readStateFile(file);
  const problems = [
    ...(before === undefined ? [] : existingProblems(file, before, existing, common, nowMs)),
    ...(state.kind === "invalid" ? state.problems : []),
  ];
  const checked = checkDefinition({ ...common, name }, logins);
  if (state.kind === "invalid" || checked.kind === "invalid") return { problems };
  const { snapshot } = state;
  const session = before
    ? { file: path, definition: before, snapshot, replaces: before }
    : { file: path, definition: checked.definition, snapshot };
  return { session, problems };
}

function existingProblems(
  { path, session }: SessionFile,
  before: SessionRecord,
  existing: ImportRequest["existing"],
  common: ImportRequest["common"],
  nowMs: number,
): SessionProblem[] {
  const problems =
    existing === "refuse"
      ? [{ field: "name", rule: "must be new: a session of this name exists" }]
      : replacementProblems(before, common, nowMs);
  return problems.map((problem) => ({ file: path, session, ...problem }));
}
