import { Command, CommanderError } from "commander";
import pc from "picocolors";

import { StoreUnavailable } from "../functions/core/job/store-failures.ts";
import { CliError } from "./cli-error.ts";
import { localCommand } from "./commands/local.ts";
import { drainCommand } from "./commands/drain.ts";
import { killCommand } from "./commands/kill.ts";
import { resultsCommand } from "./commands/results.ts";
import { schemaCommand } from "./commands/schema.ts";
import { sessionsCommand } from "./commands/sessions.ts";
import { statusCommand } from "./commands/status.ts";
import { submitCommand } from "./commands/submit.ts";
import { whyCommand } from "./commands/why.ts";
import { EXIT } from "./exit-codes.ts";

const program = new Command("sublet")
  .description("Leases many isolated browser contexts from one Chromium: run it here, submit jobs, read results.")
  .version("0.1.0")
  .exitOverride()
  .showHelpAfterError("Run `sublet --help` for all commands.");
const commands = [localCommand(), submitCommand(), statusCommand(), whyCommand(), resultsCommand()];
for (const command of [...commands, sessionsCommand(), drainCommand(), killCommand(), schemaCommand()]) {
  program.addCommand(inheriting(command, program));
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** Commander copies how errors end only when a command is made by its parent; these are made on their own. */
function inheriting(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent);
  for (const inner of command.commands) inheriting(inner, command);
  return command;
}

/** Says what went wrong and answers the exit code. Commander has written its own messages already. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.invalidInput;
  if (error instanceof CliError) {
    console.error(`${pc.red("error")} ${error.message}`);
    return error.exitCode;
  }
  if (error instanceof StoreUnavailable) {
    const whatToDo = "Nothing more was written. Check AWS_PROFILE, AWS_REGION and your rights, or try again later.";
    console.error(`${pc.red("error")} ${error.message}. ${whatToDo}`);
    return EXIT.unreachable;
  }
  console.error(error);
  console.error("This is a fault in Sublet. Please report it with the lines above.");
  return EXIT.fault;
}
