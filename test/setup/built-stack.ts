import { ensureBuilt } from "../../cli/build/ensure-built.ts";

/** Once per run, before the workers start: the worker's bundle, the layer and cdk.out, made from the files as they are. */
export async function setup(): Promise<void> {
  await ensureBuilt(console.log);
}
