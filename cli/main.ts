import { Command, CommanderError } from "commander";
import pc from "picocolors";

import { CliError } from "./cli-error.ts";
import { localCommand } from "./commands/local.ts";
import { resultsCommand } from "./commands/results.ts";
import { schemaCommand } from "./commands/schema.ts";
import { statusCommand } from "./commands/status.ts";
import { submitCommand } from "./commands/submit.ts";
import { EXIT } from "./exit-codes.ts";

const program = new Command("sublet")
  .description("Leases many isolated browser contexts from one Chromium: run it here, submit jobs, read results.")
  .version("0.1.0")
  .exitOverride()
  .showHelpAfterError("Run `sublet --help` for all commands.");
// Copied before a command is added: each inherits how errors end.
for (const command of [localCommand(), submitCommand(), statusCommand(), resultsCommand(), schemaCommand()]) {
  program.addCommand(command.copyInheritedSettings(program));
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** Says what went wrong and answers the exit code. Commander has written its own messages already. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.invalidInput;
  if (error instanceof CliError) {
    console.error(`${pc.red("error")} ${error.message}`);
    return error.exitCode;
  }
  console.error(error);
  console.error("This is a fault in Sublet. Please report it with the lines above.");
  return EXIT.fault;
}
