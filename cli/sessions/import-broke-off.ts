import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";
import type { WrittenSessions } from "./write-sessions.ts";

/** Says exactly what is written, what isn't and what nobody knows, and how to go on. */
export function importBrokeOff(
  { written, failed, notWritten }: WrittenSessions,
  { replace }: { readonly replace?: true },
): CliError {
  const untouched = failed && !failed.mayBeWritten ? [failed.session, ...notWritten] : notWritten;
  const lines = [
    failed === undefined ? "It was ended early." : `It broke off at ${failed.session}: ${failed.why}.`,
    `  written (${written.length}): ${listed(written)}`,
    ...(failed?.mayBeWritten ? [`  perhaps written (1): ${failed.session}; the store gave no answer`] : []),
    `  not written (${untouched.length}): ${listed(untouched)}`,
    replace
      ? "The same command does the rest, and replaces the written ones once more; move their files away to leave them as they are."
      : "The same command with --skip-existing does the rest, and leaves the written ones as they are.",
  ];
  return new CliError(failed === undefined ? EXIT.interrupted : EXIT.notAsExpected, lines.join("\n"));
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? "none" : names.join(", ");
}
