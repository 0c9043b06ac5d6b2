import { describeRejection } from "../../functions/core/job/rejection.ts";
import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";
import type { InvalidEntry } from "./check-jobs.ts";

const WHAT_TO_DO = "docs/jobs.md describes the fields; --unchecked sends the lines as they are.";

/** All errors of a file in one message, a line each. */
export function invalidJobs(errors: readonly InvalidEntry[], whatToDo = WHAT_TO_DO): CliError {
  const lines = errors.map((error) => {
    const id = error.id === undefined ? "" : ` (${error.id})`;
    return `  line ${error.line}${id}: ${describeRejection(error)}`;
  });
  return new CliError(EXIT.invalidInput, `Nothing was sent, these are not valid:\n${lines.join("\n")}\n${whatToDo}`);
}
