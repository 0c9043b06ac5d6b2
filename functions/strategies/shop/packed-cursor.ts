import type { StrategyRun } from "../contract/define-strategy.ts";

/** A job record holds 64 KiB of checkpoint; what Sublet adds around the cursor is little. */
const PACKED_MAX_CHARACTERS = 60_000;
/** deflate reaches 1,000 : 1, so a cursor of this length stays under 64 MB whatever it holds. */
const FORMAT = "deflate-raw";

/**
 * Saves progress with everything found so far, compressed: about 1,500 product cards fit. From there on the last
 * checkpoint that fitted stays, and a later attempt goes on from it.
 */
export async function savePacked(run: StrategyRun<unknown>, stage: string, cursor: unknown): Promise<void> {
  const json = new Blob([JSON.stringify(cursor)]).stream();
  const bytes = await new Response(json.pipeThrough(new CompressionStream(FORMAT))).arrayBuffer();
  const packed = Buffer.from(bytes).toString("base64");
  if (packed.length > PACKED_MAX_CHARACTERS) {
    run.log("the progress is too large for a checkpoint; the last one stays", { stage, characters: packed.length });
    return;
  }
  await run.checkpoint({ stage, cursor: { packed } });
}

/** What an earlier attempt saved at this stage; undefined without one, or where it can't be read any more. */
export async function resumePacked(run: StrategyRun<unknown>, stage: string): Promise<unknown> {
  const { resume } = run;
  if (resume === undefined || resume.stage !== stage) return undefined;
  const packed = (resume.cursor as { readonly packed?: unknown } | null)?.packed;
  if (typeof packed !== "string" || packed.length > PACKED_MAX_CHARACTERS) return undefined;
  try {
    const bytes = new Blob([Buffer.from(packed, "base64")]).stream();
    return await new Response(bytes.pipeThrough(new DecompressionStream(FORMAT))).json();
  } catch (error) {
    run.log("the checkpoint can't be read; the job starts over", { reason: String(error) });
    return undefined;
  }
}
