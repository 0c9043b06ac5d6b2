import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import { runInCell, type CellRun } from "../cell/run-in-cell.ts";
import { spreadOf, type Spread } from "../figures/percentiles.ts";
import { CARD_PAGE } from "./card-list.ts";
import type { ReadSample, RecipeMessage, RecipeTask } from "./recipe-process.ts";

const DEADLINE_MS = 120_000;
const RECIPE_MIB = 2_048;

interface ReadFigures {
  readonly roundTrips: number;
  readonly messages: number;
  readonly ms: Spread;
}
export interface RecipeFigures {
  readonly compiled: ReadFigures;
  readonly fieldByField: ReadFigures;
}

/** Reads one list both ways in one process. @throws CellRunFailed */
export async function runRecipeReads(
  run: Pick<CellRun<RecipeMessage>, "support" | "signal">,
  task: Omit<RecipeTask, "tempDir" | "origin">,
): Promise<RecipeFigures> {
  const server = createServer((_, response) => response.end(CARD_PAGE));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let reads: RecipeMessage | undefined;
  try {
    await runInCell<RecipeMessage>({
      ...run,
      name: "recipe",
      memoryMiB: RECIPE_MIB,
      program: join(import.meta.dirname, "recipe-process.ts"),
      task: (tempDir): RecipeTask => ({ ...task, tempDir, origin }),
      deadlineMs: DEADLINE_MS,
      onMessage: (message) => {
        reads = message;
      },
    });
  } finally {
    server.closeAllConnections();
    server.close();
  }
  return { compiled: readFigures(reads?.compiled ?? []), fieldByField: readFigures(reads?.fieldByField ?? []) };
}

function readFigures(samples: readonly ReadSample[]): ReadFigures {
  const ms = spreadOf(samples.map((sample) => sample.ms));
  if (ms === undefined) throw new Error("the list was never read");
  const mean = (value: (sample: ReadSample) => number) =>
    samples.reduce((total, sample) => total + value(sample), 0) / samples.length;
  return { roundTrips: mean((sample) => sample.roundTrips), messages: mean((sample) => sample.messages), ms };
}
