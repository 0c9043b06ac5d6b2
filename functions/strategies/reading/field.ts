import { z } from "zod";

import { groupsOf, PATTERN_MAX_CHARACTERS, patternProblem } from "./pattern.ts";

const FIELD_TYPES = ["text", "number", "integer", "price", "boolean", "url", "date", "html", "json"] as const;
export type FieldType = (typeof FIELD_TYPES)[number];

/** Rows of one list. A page that holds more fails the read, unless the field's own `limit` cuts it. */
export const LIST_MAX_ROWS = 5_000;
export const NESTING_MAX = 5;
const FIELDS_MAX = 50;

/** What to read, and as what. Paths of the page stand in `selector`, CSS only. */
export interface Field {
  readonly selector?: string | undefined;
  readonly attribute?: string | undefined;
  readonly type: FieldType;
  readonly regex?: string | undefined;
  readonly group?: number | string | undefined;
  readonly ignoreCase: boolean;
  readonly list: boolean;
  readonly limit?: number | undefined;
  readonly currency?: string | undefined;
  readonly decimal?: "." | "," | undefined;
  readonly fields?: Fields | undefined;
  readonly default?: z.core.util.JSONType | undefined;
  readonly required: boolean;
}
export type Fields = Readonly<Record<string, Field>>;

export const selector = z.string().trim().min(1).max(500);

export const fieldName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/u, "must be a name of letters, digits, '_' and '-' that begins with a letter");

export const pattern = z
  .string()
  .min(1)
  .max(PATTERN_MAX_CHARACTERS)
  .superRefine((source, context) => {
    const problem = patternProblem(source);
    if (problem !== undefined) context.addIssue({ code: "custom", message: problem, input: source });
  });

const leaf = {
  selector: selector.optional().describe("CSS selector within the row or page. Default: the row itself."),
  attribute: z
    .string()
    .regex(/^[A-Za-z_:][A-Za-z0-9_:.-]{0,99}$/u, "must be an attribute's name")
    .optional()
    .describe("Read this attribute and not the text."),
  type: z
    .enum(FIELD_TYPES)
    .default("text")
    .describe(
      "`text`: white space collapsed. `number`, `integer`: the first number. `price`: `{ minorUnits, currency }`. `boolean`: whether the element, the attribute or the regex's match is there. `url`: absolute. `date`: ISO 8601. `html`: inner HTML. `json`: parsed.",
    ),
  regex: pattern.optional().describe("RE2 pattern on the raw text; what it doesn't match is taken as not there."),
  group: z
    .union([z.int().min(0).max(50), fieldName])
    .optional()
    .describe("Number or name of the regex's group to take. Default: 1, or the whole match without groups."),
  ignoreCase: z.boolean().default(false).describe("Whether the regex ignores case."),
  list: z.boolean().default(false).describe("Read every match, not the first."),
  limit: z.int().min(1).max(LIST_MAX_ROWS).optional().describe("Take only this many of a list."),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/u, "must be an ISO 4217 code such as EUR")
    .optional()
    .describe("Currency of a price whose text doesn't say."),
  decimal: z.enum([".", ","]).optional().describe("Decimal sign of numbers and prices. Default: told from the text."),
  default: z.json().optional().describe("Value where nothing is there, or where it can't be read as its type."),
  required: z.boolean().default(false).describe("Fail the job where nothing is there."),
};

function fieldsAt(depth: number): z.ZodType<Fields> {
  return z
    .record(fieldName, fieldAt(depth))
    .refine((fields) => Object.keys(fields).length > 0, { error: "must hold at least one field" })
    .refine((fields) => Object.keys(fields).length <= FIELDS_MAX, { error: `must hold at most ${FIELDS_MAX} fields` });
}

/** Levels are spelt out, so that a deeply nested message is refused before anything recurses into it. */
function fieldAt(depth: number): z.ZodType<Field> {
  const nested =
    depth >= NESTING_MAX
      ? z.undefined({ error: `is nested deeper than ${NESTING_MAX} levels` }).optional()
      : fieldsAt(depth + 1).optional();
  return z
    .strictObject({ ...leaf, fields: nested.describe("Fields of each match: an object, or a list of objects.") })
    .superRefine((field, context) => {
      const refuse = (path: string, message: string) =>
        context.addIssue({ code: "custom", path: [path], message, input: field });
      if (field.fields !== undefined) {
        for (const name of ["attribute", "regex", "currency", "decimal"] as const) {
          if (field[name] !== undefined) refuse(name, "can't stand beside fields");
        }
        if (field.type !== "text") refuse("type", "can't stand beside fields");
      }
      if (field.list && field.selector === undefined) refuse("selector", "must be given for a list");
      if (field.limit !== undefined && !field.list) refuse("limit", "only counts for a list");
      if (field.required && field.default !== undefined) refuse("default", "has no meaning beside required");
      if (field.group === undefined) return;
      if (field.regex === undefined) return refuse("group", "needs a regex");
      // Its own rule has refused it already.
      if (patternProblem(field.regex) !== undefined) return;
      const { count, names } = groupsOf(field.regex);
      const known = typeof field.group === "number" ? field.group <= count : names.includes(field.group);
      if (!known) refuse("group", `the regex has no group ${field.group}`);
    });
}

export const fieldsSchema = fieldsAt(1);
