import { intrinsicCall, subParts } from "./intrinsic.ts";

/** The names that a value refers to by `Ref`, `Fn::GetAtt` or `Fn::Sub`: logical ids, parameters and pseudo parameters. */
export function references(value: unknown): Set<string> {
  const found = new Set<string>();
  collect(value, found);
  return found;
}

function collect(value: unknown, found: Set<string>): void {
  if (Array.isArray(value)) {
    for (const item of value) collect(item, found);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  const call = intrinsicCall(value);
  if (call?.name === "Ref" && typeof call.argument === "string") found.add(call.argument);
  else if (call?.name === "Fn::GetAtt") found.add(attributePath(call.argument).logicalId);
  else if (call?.name === "Fn::Sub") collectSub(call.argument, found);
  else for (const item of Object.values(value)) collect(item, found);
}

function collectSub(argument: unknown, found: Set<string>): void {
  const [text, variables] = Array.isArray(argument) ? argument : [argument, {}];
  collect(variables, found);
  const own = new Set(Object.keys((variables ?? {}) as object));
  for (const part of subParts(String(text))) {
    if ("expression" in part && !own.has(part.expression)) found.add(part.expression.split(".")[0] ?? "");
  }
}

/** `["Id", "Attribute"]` and `"Id.Attribute"` are the same. */
export function attributePath(argument: unknown): { readonly logicalId: string; readonly attribute: string } {
  const parts = Array.isArray(argument) ? argument.map(String) : String(argument).split(".");
  return { logicalId: parts[0] ?? "", attribute: parts.slice(1).join(".") };
}
