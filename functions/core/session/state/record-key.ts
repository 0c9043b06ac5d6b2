import type { RecordKey, SnapshotCookie } from "./session-state.ts";

/** A `RecordKey`, taken apart. */
export type RecordPlace =
  | {
      readonly kind: "cookie";
      readonly name: string;
      readonly domain: string;
      readonly path: string;
      readonly partitionKey?: string;
    }
  /** `name` is the storage's key, or the database's name. */
  | { readonly kind: "local" | "session" | "database"; readonly origin: string; readonly name: string };

export function cookieKey(cookie: Pick<SnapshotCookie, "name" | "domain" | "path" | "partitionKey">): RecordKey {
  return JSON.stringify(["cookie", cookie.name, cookie.domain, cookie.path, cookie.partitionKey ?? ""]);
}

export function storageKey(kind: "local" | "session" | "database", origin: string, name: string): RecordKey {
  return JSON.stringify([kind, origin, name]);
}

/** Undefined where it isn't the key of a record. */
export function placeOf(key: RecordKey): RecordPlace | undefined {
  const parts = stringsIn(key);
  const [kind, first, second, path, partitionKey] = parts;
  if (first === undefined || second === undefined) return undefined;
  switch (kind) {
    case "cookie": {
      if (parts.length !== 5 || path === undefined || partitionKey === undefined) return undefined;
      const partition = partitionKey === "" ? {} : { partitionKey };
      return { kind, name: first, domain: second, path, ...partition };
    }
    case "local":
    case "session":
    case "database":
      return parts.length === 3 ? { kind, origin: first, name: second } : undefined;
    default:
      return undefined;
  }
}

/** Empty where it isn't a list of strings in the very text that this file writes: a record has one key, not two. */
function stringsIn(key: RecordKey): readonly string[] {
  let value: unknown;
  try {
    value = JSON.parse(key);
  } catch {
    return [];
  }
  if (!Array.isArray(value) || !value.every((part) => typeof part === "string")) return [];
  return JSON.stringify(value) === key ? value : [];
}
