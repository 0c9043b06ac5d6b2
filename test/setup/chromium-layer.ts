import { buildChromiumLayer } from "../../layers/chromium/build.ts";

/** Once per run, before the workers start: they inherit the variable. */
export async function setup(): Promise<void> {
  const { chromiumDir } = await buildChromiumLayer();
  process.env["SUBLET_CHROMIUM_DIR"] = chromiumDir;
}
