import { z } from "zod";

import type { SnapshotOrigin, StateSnapshot } from "../state/session-state.ts";

const cookieSchema = z.object({
  name: z.string(),
  value: z.string(),
  domain: z.string().min(1),
  path: z.string().startsWith("/", "must start with /"),
  expires: z.number().refine((expires) => expires === -1 || expires >= 0, {
    error: "must be Unix time in seconds, or -1 for a session cookie",
  }),
  httpOnly: z.boolean(),
  secure: z.boolean(),
  sameSite: z.enum(["Strict", "Lax", "None"]),
  partitionKey: z.string().min(1).optional(),
  _crHasCrossSiteAncestor: z.boolean().optional(),
});

const entries = z.array(z.object({ name: z.string(), value: z.string() }));

/** Playwright's own form; what is in the records is Playwright's alone. */
const databaseSchema = z.looseObject({
  name: z.string(),
  version: z.int().min(1),
  stores: z.array(
    z.looseObject({ name: z.string(), records: z.array(z.looseObject({})), indexes: z.array(z.looseObject({})) }),
  ),
});

const originSchema = z.object({
  origin: z.string().refine(isOrigin, { error: "must be an origin such as https://shop.example" }),
  localStorage: entries.optional(),
  indexedDB: z.array(databaseSchema).optional(),
  sessionStorage: entries.optional(),
});

/**
 * The JSON that Playwright's `context.storageState({ indexedDB: true })` writes, and `sessionStorage` by origin, which
 * Playwright leaves out. Fields that it doesn't know are passed over (passkeys and files of an origin among them).
 * Source: playwright-core 1.65, `NetworkCookie` and `OriginStorage` of its protocol.
 */
export const storageStateSchema = z.object({ cookies: z.array(cookieSchema), origins: z.array(originSchema) });

export type StorageState = z.output<typeof storageStateSchema>;

export function snapshotFrom({ cookies, origins }: StorageState): StateSnapshot {
  return {
    cookies,
    origins: origins.map(({ origin, localStorage, sessionStorage, indexedDB }) => ({
      origin,
      ...(localStorage === undefined ? {} : { local: byName(localStorage) }),
      ...(sessionStorage === undefined ? {} : { session: byName(sessionStorage) }),
      ...(indexedDB === undefined
        ? {}
        : { databases: Object.fromEntries(indexedDB.map((database) => [database.name, database])) }),
    })),
  };
}

/** For `context.setStorageState`, and for an export. */
export function toStorageState({ cookies, origins }: StateSnapshot): StorageState {
  return { cookies: cookies.map((cookie) => ({ ...cookie })), origins: origins.map(toOrigin) };
}

function toOrigin({ origin, local, session, databases }: SnapshotOrigin): StorageState["origins"][number] {
  return {
    origin,
    // Playwright refuses an origin without it.
    localStorage: toEntries(local ?? {}),
    ...(session === undefined ? {} : { sessionStorage: toEntries(session) }),
    ...(databases === undefined ? {} : { indexedDB: z.array(databaseSchema).parse(Object.values(databases)) }),
  };
}

function byName(list: z.output<typeof entries>): Record<string, string> {
  return Object.fromEntries(list.map(({ name, value }) => [name, value]));
}

function toEntries(values: Readonly<Record<string, string>>): z.output<typeof entries> {
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}

function isOrigin(text: string): boolean {
  return /^https?:\/\//u.test(text) && URL.parse(text)?.origin === text;
}
