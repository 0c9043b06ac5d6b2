import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import type { Field } from "../functions/core/configuration/configuration-table.ts";
import { workerConfiguration } from "../functions/worker/configuration.ts";

const DOC = fileURLToPath(new URL("../docs/configuration.md", import.meta.url));

/** `docs/configuration.md` as the configuration tables say it today. */
export function configurationDoc(): string {
  const rows = Object.values(workerConfiguration).map((field) => row(field));
  return `# Configuration

Made from the configuration tables by \`npm run generate\`; \`npm run check\` fails when it is out of date.

Sizes of the function, batch windows and concurrency belong to the stage: see [deploying](deploying.md).

## Worker

Read once when a container starts. A wrong value stops the container with a message that names each wrong variable,
its rule and its value. The table is \`functions/worker/configuration.ts\`.

| variable | unit | default | meaning |
| --- | --- | --- | --- |
${rows.join("\n")}
`;
}

function row({ env, unit, schema, doc }: Field): string {
  return `| \`${env}\` | ${unit} | ${fallbackOf(schema)} | ${doc} |`;
}

function fallbackOf(schema: Field["schema"]): string {
  const fallback = schema.safeParse(undefined);
  if (!fallback.success) return "must be set";
  return fallback.data === undefined ? "not set" : `\`${JSON.stringify(fallback.data).replaceAll('"', "")}\``;
}

/** Writes the page when it is out of date. */
export async function generateConfigurationDoc(): Promise<void> {
  const wanted = configurationDoc();
  const current = await readFile(DOC, "utf8").catch(() => "");
  if (current !== wanted) await writeFile(DOC, wanted);
}

if (import.meta.main) await generateConfigurationDoc();
