import { z } from "zod";

import type { StrategyRun } from "../contract/define-strategy.ts";

/** What a strategy reports of its progress, and where an earlier attempt got to. */
export interface Progress<Cursor> {
  /** Undefined at the start of a job, and where what an earlier attempt left isn't a cursor of this input. */
  readonly resumed: Cursor | undefined;
  /** The cursor and all that hangs on it may never change afterwards: it may be written only when the job has to leave. */
  report(stage: string, cursor: Cursor): Promise<void>;
}

type ReportingRun = Pick<StrategyRun<unknown>, "input" | "resume" | "checkpoint" | "log">;

const envelope = z.object({ form: z.string(), input: z.string(), cursor: z.unknown() });

/**
 * Progress in one form of cursor, for one input. What doesn't fit, because it is of another release, of a job that was sent
 * again with another input, or damaged, is logged, and the job starts over.
 * @param form name and number of the cursor's form, such as `pages/1`; a change of its meaning takes the next number
 * @param isUsable whether a well-formed cursor makes sense for the input
 */
export async function openProgress<Cursor>(
  run: ReportingRun,
  form: string,
  schema: z.ZodType<Cursor>,
  isUsable: (cursor: Cursor) => boolean = () => true,
): Promise<Progress<Cursor>> {
  const input = await markOf(run.input);
  return {
    resumed: resumedFrom(run, form, input, schema, isUsable),
    report: (stage, cursor) => run.checkpoint({ stage, cursor: { form, input, cursor } }),
  };
}

function resumedFrom<Cursor>(
  run: ReportingRun,
  form: string,
  input: string,
  schema: z.ZodType<Cursor>,
  isUsable: (cursor: Cursor) => boolean,
): Cursor | undefined {
  if (run.resume === undefined) return undefined;
  const startOver = (reason: string) => {
    run.log("the checkpoint doesn't fit; the job starts over", { reason });
    return undefined;
  };
  const saved = envelope.safeParse(run.resume.cursor).data;
  if (saved?.form !== form) return startOver(`its form is ${saved?.form ?? "unknown"}, expected ${form}`);
  if (saved.input !== input) return startOver("it was saved for another input");
  const cursor = schema.safeParse(saved.cursor);
  if (!cursor.success) return startOver(z.prettifyError(cursor.error));
  return isUsable(cursor.data) ? cursor.data : startOver("it names a place that the input doesn't have");
}

const MARK_BYTES = 4;

/** Tells inputs apart, and is too short to tell anything of what stands in one. */
async function markOf(input: unknown): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify(input)));
  return Buffer.from(digest, 0, MARK_BYTES).toString("hex");
}
