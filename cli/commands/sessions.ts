import { Command } from "commander";

import { addCommand } from "./sessions/add.ts";
import { quarantineCommand, restoreCommand, retireCommand } from "./sessions/change.ts";
import { exportCommand } from "./sessions/export.ts";
import { importCommand } from "./sessions/import.ts";
import { listCommand } from "./sessions/list.ts";
import { showCommand } from "./sessions/show.ts";

/** `sublet sessions …` */
export function sessionsCommand(): Command {
  const sessions = new Command("sessions").description(
    "Import, show and operate sessions: named logins that jobs run under.",
  );
  const commands = [importCommand(), addCommand(), listCommand(), showCommand()];
  commands.push(quarantineCommand(), restoreCommand(), retireCommand(), exportCommand());
  for (const command of commands) sessions.addCommand(command);
  return sessions;
}
