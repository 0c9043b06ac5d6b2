import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";
import { printable } from "./printable.ts";

/** Why sessions can't be written, in terms that somebody can act on. Never holds a cookie's or a storage entry's value. */
export interface SessionProblem {
  /** Path of the file, as it was found. */
  readonly file?: string;
  /** Of a file of definitions. */
  readonly line?: number;
  readonly session?: string;
  /** Path of the offending field, such as `cookies.3.expires`, or `line 4, column 7`. */
  readonly field?: string;
  readonly rule: string;
  /** What was found, where it can't be a secret. */
  readonly value?: string;
}

/** All problems in one message, a line each. */
export function invalidSessions(problems: readonly SessionProblem[], whatToDo: string): CliError {
  const count = problems.length === 1 ? "1 error" : `${problems.length} errors`;
  const lines = problems.map((problem) => `  ${describeProblem(problem)}`);
  return new CliError(EXIT.invalidInput, `Nothing was written, ${count}:\n${lines.join("\n")}\n${whatToDo}`);
}

function describeProblem({ file, line, session, field, rule, value }: SessionProblem): string {
  const place = [file && printable(file), line === undefined ? undefined : `line ${line}`, session && `(${session})`];
  const where = place.filter((part) => part !== undefined).join(" ");
  const found = value === undefined ? "" : ` (got ${value})`;
  return [where, field, `${printable(rule)}${found}`].filter((part) => part !== undefined && part !== "").join(": ");
}
