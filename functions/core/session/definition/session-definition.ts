import { z } from "zod";

import { hostname, JOB_LIMITS, sessionName } from "../../job/job-message.ts";
import { POOL_ORDERS, SESSION_POLICIES, type SessionDefinition } from "../session.ts";

const login = z
  .strictObject({
    strategy: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,63}$/u, "must be a login's name in kebab-case")
      .describe("Name of a login strategy, such as `recipe-login`."),
    input: z
      .record(z.string(), z.json())
      .default({})
      .describe("The login's input; each login has a schema of its own. No user name and no password stands here."),
    credentials: z
      .string()
      .regex(
        /^(secretsmanager:|ssm:\/)sublet\/[A-Za-z0-9/_+=.@-]{1,1000}$/u,
        "must be secretsmanager:sublet/NAME or ssm:/sublet/NAME, never the credentials themselves",
      )
      .optional()
      .describe("Where user name and password are kept: `secretsmanager:sublet/NAME` or `ssm:/sublet/NAME`."),
  })
  .describe("How the session logs in. Without it the state has to be imported again when the login is over.");

const fields = {
  site: hostname.describe("Host of the site that the login is for, as jobs name it; the state is sealed for it."),
  policy: z
    .enum(SESSION_POLICIES)
    .default("exclusive")
    .describe(
      "How jobs share the login: `exclusive` (one at a time), `pages` (pages of one context) or `shared` (all containers).",
    ),
  pool: sessionName.optional().describe("Pool of logins that a job may name instead of the session."),
  order: z
    .enum(POOL_ORDERS)
    .default("least-recently-used")
    .describe("Which session of the pool is next; the same in all of its sessions."),
  login: login.optional(),
  endpoint: z
    .string()
    .max(2048)
    .regex(
      /^(https?|(playwright\+)?wss?):\/\/[^\s/?#]+\S*$/u,
      "must be an address of a browser: http://, https://, ws://, wss://, playwright+ws:// or playwright+wss://",
    )
    .optional()
    .describe("A running browser that the session's jobs run in."),
  pages: z.int().min(1).max(20).default(5).describe("With `pages`: how many jobs at once."),
  jobLimitMs: z
    .int()
    .min(JOB_LIMITS.durationMinMs)
    .max(JOB_LIMITS.durationMaxMs)
    .default(180_000)
    .describe("Limit of one attempt of a job in the session, in milliseconds; the job's own limit counts too."),
  maxAgeMs: z.int().min(1_000).optional().describe("How long a login is good for, in milliseconds."),
  maxUses: z.int().min(1).optional().describe("After how many jobs the session is retired."),
};

/** A session as its owner writes it. Unknown fields are refused by name. */
export const sessionDefinitionSchema = z
  .strictObject({ name: sessionName.describe("The session's name, as jobs name it."), ...fields })
  .meta({ title: "Sublet session" });

/** One entry of the manifest `SUBLET_SESSIONS`. */
export const manifestEntrySchema = z.strictObject({
  id: sessionName.describe("The session's name, as jobs name it."),
  statePath: z.string().min(1).max(4096).describe("Path of the storage-state file to import."),
  ...fields,
});

/** Fields whose value an error may quote: an endpoint may hold a token, and a login a misplaced password. */
export const QUOTABLE_FIELDS: ReadonlySet<string> = new Set([
  "id",
  "name",
  "statePath",
  "site",
  "policy",
  "pool",
  "order",
  "strategy",
  "pages",
  "jobLimitMs",
  "maxAgeMs",
  "maxUses",
]);

/** Holds the schema to the contract: its output is a definition. */
export function toDefinition(parsed: z.output<typeof sessionDefinitionSchema>): SessionDefinition {
  return parsed;
}
