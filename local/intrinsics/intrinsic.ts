/** An intrinsic function's call, such as `{ "Fn::GetAtt": ["Queue", "Arn"] }`. */
export interface IntrinsicCall {
  readonly name: string;
  readonly argument: unknown;
}

/** Reads a value as an intrinsic function's call, or answers undefined where it is plain JSON. */
export function intrinsicCall(value: unknown): IntrinsicCall | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const keys = Object.keys(value);
  const name = keys[0];
  if (keys.length !== 1 || name === undefined) return undefined;
  if (name !== "Ref" && name !== "Condition" && !name.startsWith("Fn::")) return undefined;
  return { name, argument: (value as Readonly<Record<string, unknown>>)[name] };
}

/** The parts of an `Fn::Sub` text: plain text and `${…}` expressions; `${!…}` is a literal `${…}`. */
export function subParts(text: string): ({ readonly text: string } | { readonly expression: string })[] {
  const parts: ({ text: string } | { expression: string })[] = [];
  let from = 0;
  for (const match of text.matchAll(/\$\{(!?)([^}]*)\}/gu)) {
    parts.push({ text: text.slice(from, match.index) });
    const inner = match[2] ?? "";
    parts.push(match[1] === "!" ? { text: `\${${inner}}` } : { expression: inner.trim() });
    from = match.index + match[0].length;
  }
  parts.push({ text: text.slice(from) });
  return parts;
}
