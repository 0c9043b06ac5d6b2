import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { z } from "zod";

import { jobSchemaText } from "../cli/jobs/job-schema.ts";
import { jobMessageSchema } from "../functions/core/job/job-message.ts";

const DOC = fileURLToPath(new URL("../docs/jobs.md", import.meta.url));
const SCHEMA = fileURLToPath(new URL("../docs/job.schema.json", import.meta.url));
const TABLE = /(<!-- fields: [^>]*-->\n)[\s\S]*?(<!-- \/fields -->)/u;

interface Property {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly description?: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** `docs/jobs.md` with its table of fields as the schema says it today. */
export function withFieldTable(page: string): string {
  const schema = z.toJSONSchema(jobMessageSchema, { io: "input" });
  const required = new Set(schema.required);
  const rows = Object.entries(schema.properties ?? {}).map(([name, property]) =>
    row(name, property as Property, required.has(name)),
  );
  const table = `\n| field | value | default | meaning |\n| --- | --- | --- | --- |\n${rows.join("\n")}\n\n`;
  return page.replace(TABLE, (_all, open: string, close: string) => `${open}${table}${close}`);
}

function row(name: string, property: Property, required: boolean): string {
  const fallback = required
    ? "required"
    : property.default === undefined
      ? ""
      : `\`${JSON.stringify(property.default)}\``;
  return `| \`${name}\` | ${valueOf(property)} | ${fallback} | ${property.description ?? ""} |`;
}

function valueOf(property: Property): string {
  if (property.const !== undefined) return `\`${JSON.stringify(property.const)}\``;
  if (property.enum) return property.enum.map((value) => `\`${value}\``).join(", ");
  if (property.maximum !== undefined) return `${property.minimum} to ${property.maximum}`;
  return property.type ?? "";
}

async function writeIfChanged(file: string, wanted: string): Promise<void> {
  const current = await readFile(file, "utf8").catch(() => "");
  if (current !== wanted) await writeFile(file, wanted);
}

/** Writes the schema and the table of fields when they are out of date. */
export async function generateJobDocs(): Promise<void> {
  await writeIfChanged(DOC, withFieldTable(await readFile(DOC, "utf8")));
  await writeIfChanged(SCHEMA, jobSchemaText());
}

if (import.meta.main) await generateJobDocs();
