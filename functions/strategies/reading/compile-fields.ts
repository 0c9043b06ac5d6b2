import { LIST_MAX_ROWS, type Field, type Fields, type FieldType } from "./field.ts";
import { PATTERN_TEXT_MAX_CHARACTERS } from "./pattern.ts";
import type { RawField } from "./read-in-page.ts";

const MARKUP_MAX_CHARACTERS = 1_000_000;

const HOW: Readonly<Record<FieldType, RawField["how"]>> = {
  text: "text",
  number: "text",
  integer: "text",
  price: "text",
  boolean: "present",
  url: "url",
  date: "date",
  html: "html",
  json: "present",
};

/** What the page has to do for these fields, in their order: sent with the one evaluation. */
export function compileFields(fields: Fields): RawField[] {
  return Object.values(fields).map((field) => compileField(field));
}

function compileField(field: Field): RawField {
  const markup = field.type === "html" || field.type === "json";
  return {
    selector: field.selector ?? null,
    attribute: field.attribute ?? null,
    how: HOW[field.type],
    rows: field.list ? (field.limit ?? LIST_MAX_ROWS) : null,
    cut: field.limit !== undefined,
    maxCharacters: markup ? MARKUP_MAX_CHARACTERS : PATTERN_TEXT_MAX_CHARACTERS,
    required: field.required,
    fields: field.fields === undefined ? null : compileFields(field.fields),
  };
}
