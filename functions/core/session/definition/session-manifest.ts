import type { Rejection } from "../../job/rejection.ts";
import { guardedRejections, jsonFrom, plainValue } from "./guarded-rejections.ts";
import { manifestEntrySchema, QUOTABLE_FIELDS } from "./session-definition.ts";
import type { SessionDefinition } from "../session.ts";

export interface ManifestSession {
  /** Place in the list, from 0. */
  readonly index: number;
  readonly definition: SessionDefinition;
  readonly statePath: string;
}

export type ReadManifest =
  | { readonly kind: "sessions"; readonly sessions: readonly ManifestSession[] }
  /** Every mistake in one answer; `field` begins with the entry's index, from 0. */
  | {
      readonly kind: "rejected";
      readonly rejections: readonly Rejection[];
      /** The entries without a mistake of their own: their state files may have some to tell of. */
      readonly sessions: readonly ManifestSession[];
    };

/** Reads `SUBLET_SESSIONS`: a JSON list of sessions to import. Never throws, and quotes no secret. */
export function readSessionManifest(text: string): ReadManifest {
  const read = jsonFrom(text);
  if (read.kind === "fault") return { kind: "rejected", rejections: [read.rejection], sessions: [] };
  if (!Array.isArray(read.value)) {
    return { kind: "rejected", rejections: [{ field: "(message)", rule: "must be a list of sessions" }], sessions: [] };
  }
  const sessions: ManifestSession[] = [];
  const rejections: Rejection[] = [];
  for (const [index, entry] of read.value.entries()) {
    const parsed = manifestEntrySchema.safeParse(entry);
    if (parsed.success) {
      const { id, statePath, ...definition } = parsed.data;
      sessions.push({ index, definition: { name: id, ...definition }, statePath });
    } else rejections.push(...guardedRejections(parsed.error, entry, QUOTABLE_FIELDS, [index]));
  }
  rejections.push(...repeatedIds(read.value));
  return rejections.length > 0 ? { kind: "rejected", rejections, sessions } : { kind: "sessions", sessions };
}

/** Looked for in what was written, so that a repetition shows together with every other mistake. */
function repeatedIds(entries: readonly unknown[]): Rejection[] {
  const first = new Map<string, number>();
  return entries.flatMap((entry, index): Rejection[] => {
    const id = typeof entry === "object" && entry !== null && "id" in entry ? entry.id : undefined;
    if (typeof id !== "string") return [];
    const before = first.get(id);
    if (before === undefined) first.set(id, index);
    if (before === undefined) return [];
    return [{ field: `${index}.id`, rule: `is the id of entry ${before} too`, ...plainValue(id) }];
  });
}
