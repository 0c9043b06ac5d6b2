import type { Rejection } from "../../job/rejection.ts";
import { isDeeperThan } from "../../job/parse-job.ts";
import { guardedRejections, jsonFrom } from "./guarded-rejections.ts";
import { cookieKey } from "../state/record-key.ts";
import type { StateSnapshot } from "../state/session-state.ts";
import { snapshotFrom, storageStateSchema, type StorageState } from "./storage-state.ts";

export type ReadStorageState =
  | { readonly kind: "ok"; readonly snapshot: StateSnapshot }
  /** `field` is the field's path, or line and column where the text isn't JSON. No value of a cookie or storage is quoted. */
  | { readonly kind: "problems"; readonly problems: readonly Rejection[] };

/** A wrong file may be wrong in each of thousands of cookies. */
const PROBLEMS_MAX = 20;
/** Playwright writes one level of an IndexedDB value as three. */
const NESTING_MAX = 400;
const SHOWN = new Set(["domain", "path", "expires", "httpOnly", "secure", "sameSite", "partitionKey", "origin"]);

/** Reads a storage-state file. Never throws. */
export function readStorageState(text: string): ReadStorageState {
  const read = jsonFrom(text);
  if (read.kind === "fault") return { kind: "problems", problems: [read.rejection] };
  if (isDeeperThan(read.value, NESTING_MAX)) {
    const rule = `must not nest objects and arrays more than ${NESTING_MAX} deep`;
    return { kind: "problems", problems: [{ field: "(message)", rule }] };
  }
  const parsed = storageStateSchema.safeParse(read.value);
  const problems = parsed.success ? repetitions(parsed.data) : guardedRejections(parsed.error, read.value, SHOWN);
  if (parsed.success && problems.length === 0) return { kind: "ok", snapshot: snapshotFrom(parsed.data) };
  return { kind: "problems", problems: problems.slice(0, PROBLEMS_MAX) };
}

/** What stands twice would be decided by chance. */
function repetitions({ cookies, origins }: StorageState): Rejection[] {
  const names = (list: readonly { readonly name: string }[] | undefined) => list?.map(({ name }) => name) ?? [];
  return [
    ...repeated("cookies", cookies.map(cookieKey), "name, domain, path and partitionKey"),
    ...repeated(
      "origins",
      origins.map(({ origin }) => origin),
      "origin",
    ),
    ...origins.flatMap(({ localStorage, sessionStorage, indexedDB }, index) => [
      ...repeated(`origins.${index}.localStorage`, names(localStorage), "name"),
      ...repeated(`origins.${index}.sessionStorage`, names(sessionStorage), "name"),
      ...repeated(`origins.${index}.indexedDB`, names(indexedDB), "name"),
    ]),
  ];
}

function repeated(list: string, keys: readonly string[], what: string): Rejection[] {
  const first = new Map<string, number>();
  return keys.flatMap((key, index) => {
    const before = first.get(key);
    if (before === undefined) first.set(key, index);
    return before === undefined ? [] : [{ field: `${list}.${index}`, rule: `has the ${what} of ${list}.${before}` }];
  });
}
