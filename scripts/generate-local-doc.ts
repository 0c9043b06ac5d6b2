import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { describeResources } from "../local/resources/describe-resources.ts";

const DOC = fileURLToPath(new URL("../docs/local.md", import.meta.url));
const RESOURCES = /(<!-- resources: [^>]*-->\n)[\s\S]*?(<!-- \/resources -->)/u;

/** `docs/local.md` with its resources as the files in local/resources/ treat them today. */
export function withResources(page: string): string {
  return page.replace(RESOURCES, (_all, open: string, close: string) => `${open}\n${describeResources()}\n${close}`);
}

/** Writes the list of resources when it is out of date. */
export async function generateLocalDoc(): Promise<void> {
  const page = await readFile(DOC, "utf8");
  const wanted = withResources(page);
  if (wanted !== page) await writeFile(DOC, wanted);
}

if (import.meta.main) await generateLocalDoc();
