import { existsSync } from "node:fs";
import { join } from "node:path";

/**
 * Where a path below /opt lies here: in the last layer's folder that holds it, as Lambda's later layers cover earlier
 * ones. Answers a value that isn't such a path as it is, and undefined when no layer holds it.
 */
export function layerPath(value: string, layerDirectories: readonly string[]): string | undefined {
  if (value !== "/opt" && !value.startsWith("/opt/")) return value;
  return layerDirectories.map((layer) => join(layer, value.slice("/opt".length))).findLast(existsSync);
}
