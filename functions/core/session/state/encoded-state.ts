import { z } from "zod";

import { placeOf } from "./record-key.ts";
import type { SessionState } from "./session-state.ts";
import type { CookieValue } from "./snapshot-values.ts";

/** What was stored isn't a state that this version knows. Log in or import it again. Quotes nothing of it. */
export class StateUnreadable extends Error {
  override readonly name = "StateUnreadable";
  constructor(rule: string) {
    super(`the stored state ${rule}; log in or import it again`);
  }
}

/** Equal states have equal bytes, whatever the order that their records came in. */
export function encodeState(state: SessionState): Uint8Array {
  const records = Object.entries(state.records).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return new TextEncoder().encode(JSON.stringify({ v: state.v, records: Object.fromEntries(records) }));
}

/** Throws `StateUnreadable`. */
export function decodeState(plain: Uint8Array): SessionState {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(plain));
  } catch {
    // The cause would quote the text.
    throw new StateUnreadable("isn't JSON");
  }
  const parsed = stateSchema.safeParse(value);
  if (!parsed.success) throw new StateUnreadable(`breaks the rule "${parsed.error.issues[0]?.message ?? "unknown"}"`);
  return parsed.data;
}

const cookieValue: z.ZodType<CookieValue> = z.object({
  value: z.string(),
  expires: z.number(),
  httpOnly: z.boolean(),
  secure: z.boolean(),
  sameSite: z.enum(["Strict", "Lax", "None"]),
});

const stampSchema = z.object({ fence: z.int().min(0), atMs: z.number().min(0), writer: z.string() });

const stateSchema: z.ZodType<SessionState> = z.object({
  v: z.literal(1),
  records: z
    .record(z.string(), z.object({ stamp: stampSchema, value: z.unknown() }))
    .refine((records) => Object.entries(records).every(([key, { value }]) => isRecord(key, value)), {
      error: "a record's value fits its key",
    }),
});

function isRecord(key: string, value: unknown): boolean {
  const place = placeOf(key);
  if (place === undefined) return false;
  if (value === null) return true;
  switch (place.kind) {
    case "cookie":
      return cookieValue.safeParse(value).success;
    case "local":
    case "session":
      return typeof value === "string";
    case "database":
      return typeof value === "object";
  }
}
