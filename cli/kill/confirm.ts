import { createInterface } from "node:readline/promises";

import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";

/** Asks at the terminal; throws `CliError` unless the answer is yes, and where there is nobody to ask. */
export async function confirm(question: string, input = process.stdin, output = process.stderr): Promise<void> {
  if (!input.isTTY) {
    throw new CliError(EXIT.invalidInput, "Nobody is here to confirm it. Say --yes to end all running jobs.");
  }
  const lines = createInterface({ input, output });
  try {
    const answer = await lines.question(`${question} [yes/no] `);
    if (/^y(es)?$/iu.test(answer.trim())) return;
  } finally {
    lines.close();
  }
  throw new CliError(EXIT.notAsExpected, "Nothing was ended.");
}
