import { RESOURCE_KINDS } from "./resource-kinds.ts";

/** The differences table of docs/local.md, from the resource files themselves. */
export function describeResources(): string {
  const sections = RESOURCE_KINDS.map((kind) => {
    const lines = [`### ${kind.type}`, "", `Stands in for it: ${kind.standsIn}.`];
    const ignored = Object.entries(kind.ignores).map(([property, why]) => `- ${property}: ${why}`);
    const refused = Object.entries(kind.refuses).map(([property, why]) => `- ${property}: ${why}`);
    if (ignored.length > 0) lines.push("", "Ignored:", "", ...ignored);
    if (refused.length > 0) lines.push("", "Refused, the start stops:", "", ...refused);
    return lines.join("\n");
  });
  return `${sections.join("\n\n")}\n`;
}
