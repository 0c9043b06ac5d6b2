import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { z } from "zod";

import type { LoginStrategy } from "../functions/strategies/contract/define-login.ts";

const DOC = fileURLToPath(new URL("../docs/strategies.md", import.meta.url));
const BLOCK = /(<!-- logins: [^>]*-->\n)[\s\S]*?(<!-- \/logins -->)/u;

interface Property {
  readonly type?: string;
  readonly default?: unknown;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Property>>;
  readonly required?: readonly string[];
}

/** `docs/strategies.md` with its logins and the fields of their inputs as they are today. */
export function withLogins(page: string, logins: ReadonlyMap<string, LoginStrategy>): string {
  const summaries = [...logins.values()].map(({ name, summary }) => `| \`${name}\` | ${summary} |`);
  const inputs = [...logins.values()].map((login) => `The input of \`${login.name}\`:\n\n${fieldsOf(login)}\n`);
  const block = `\n| login | does |\n| --- | --- |\n${summaries.join("\n")}\n\n${inputs.join("\n")}\n`;
  return page.replace(BLOCK, (_all, open: string, close: string) => `${open}${block}${close}`);
}

function fieldsOf({ input }: LoginStrategy): string {
  const schema = z.toJSONSchema(input, { io: "input", unrepresentable: "any" }) as Property;
  return `| field | default | meaning |\n| --- | --- | --- |\n${rowsOf(schema, "").join("\n")}`;
}

function rowsOf({ properties = {}, required = [] }: Property, prefix: string): string[] {
  return Object.entries(properties).flatMap(([name, property]) => {
    const fallback = property.default === undefined ? "" : `\`${JSON.stringify(property.default)}\``;
    const value = required.includes(name) ? "required" : fallback;
    const row = `| \`${prefix}${name}\` | ${value} | ${property.description ?? ""} |`;
    return [row, ...rowsOf(property, `${prefix}${name}.`)];
  });
}

/** Writes the section when it is out of date. */
export async function generateLoginDocs(): Promise<void> {
  // Not before: the registry may have been written a moment ago.
  const { logins } = await import("../functions/strategies/login/registry.ts");
  const page = await readFile(DOC, "utf8");
  const wanted = withLogins(page, logins);
  if (page !== wanted) await writeFile(DOC, wanted);
}

if (import.meta.main) await generateLoginDocs();
