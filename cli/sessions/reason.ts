import { InvalidArgumentError } from "commander";

const REASON_MAX_CHARACTERS = 200;

/** Reads a reason: a word or two on one line, for the record and its readers. */
export function reason(value: string): string {
  const text = value.trim();
  if (text !== "" && text.length <= REASON_MAX_CHARACTERS && !/\p{Cc}/u.test(text)) return text;
  throw new InvalidArgumentError(`It must be one line of 1 to ${REASON_MAX_CHARACTERS} characters.`);
}
