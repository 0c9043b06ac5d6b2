import { TooLarge } from "../job/store-failures.ts";

/** A value as a record keeps it: JSON, within a limit. Throws `TooLarge` over it. */
export function storedJson(what: string, value: unknown, maxBytes: number): string {
  const json = JSON.stringify(value);
  const bytes = Buffer.byteLength(json);
  if (bytes > maxBytes) throw new TooLarge(what, bytes, maxBytes);
  return json;
}
