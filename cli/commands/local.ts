import { Command, Option } from "commander";

import { PATHS } from "../project-paths.ts";
import type { LocalOptions } from "../run/local-run.ts";
import { wholeNumber } from "../whole-number.ts";

/** `sublet local` */
export function localCommand(): Command {
  return new Command("local")
    .description(
      "Bring the stacks up on this machine, run a file of jobs against the example shop, and check each result.",
    )
    .addOption(new Option("--jobs <file>", "jobs to run").default(PATHS.examples, "examples/jobs.jsonl"))
    .addOption(
      new Option(
        "--sessions <file>",
        "sessions that the jobs work under (default: examples/sessions.jsonl with the example jobs)",
      ),
    )
    .addOption(new Option("--containers <number>", "most containers at once").default(2).argParser(wholeNumber(1, 100)))
    .addOption(new Option("--latency-ms <ms>", "latency of the shop").default(0).argParser(wholeNumber(0, 60_000)))
    .addOption(new Option("--port <port>", "port of the shop").default(0, "any free").argParser(wholeNumber(0, 65_535)))
    .addOption(
      new Option("--secrets <file>", "lines NAME=VALUE that stand in for Secrets Manager and SSM").default(
        PATHS.localSecrets,
        ".sublet/secrets.env",
      ),
    )
    .option("--cells", "give each container Lambda's share of memory and CPU, by cgroup")
    .option("--json", "print the summary as one JSON object")
    .option("--stay", "stay up after the jobs; the default on a terminal")
    .option("--no-stay", "end after the jobs; the default elsewhere")
    .action(async (options: LocalOptions) => {
      // Emulators and shop are loaded for this command only: the others start faster without them.
      const { localRun } = await import("../run/local-run.ts");
      const ofExamples = options.jobs === PATHS.examples ? { sessions: PATHS.exampleSessions } : {};
      await localRun({ ...ofExamples, ...options });
    });
}
