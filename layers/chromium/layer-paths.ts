import { join } from "node:path";

/** The layer's root: what Lambda mounts as /opt. */
export const LAYER_DIRECTORY = join(import.meta.dirname, "dist");
/** Where a build is put together, outside the layer and on the same file system, so that a rename finishes it. */
export const BUILDING_DIRECTORY = join(import.meta.dirname, ".sublet");
/** The folder of the browser inside the layer's root. */
export const BROWSER_FOLDER = "chromium";
