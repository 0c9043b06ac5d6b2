import { CredentialsUnavailable } from "../core/session/credentials.ts";

export interface CredentialReference {
  readonly store: "secretsmanager" | "ssm";
  readonly name: string;
}

/** What the worker's role may read, and nothing else. */
const NAMES = { secretsmanager: /^sublet\/[\w/+=.@-]+$/u, ssm: /^\/sublet\/[\w/.-]+$/u } as const;
const RULES = {
  secretsmanager: "must name a secret that begins with sublet/, the only ones that the worker's role may read",
  ssm: "must name a parameter that begins with /sublet/, the only ones that the worker's role may read",
} as const;
const NAME_MAX = 512;

/** Throws `CredentialsUnavailable`. */
export function parseCredentialReference(reference: string): CredentialReference {
  const [, store, name] = /^(secretsmanager|ssm):([\w/+=.@:-]+)$/u.exec(reference) ?? [];
  if ((store !== "secretsmanager" && store !== "ssm") || name === undefined || name.length > NAME_MAX) {
    // Not shown: somebody may have put the credentials themselves where their name belongs.
    throw new CredentialsUnavailable("(not shown)", "must be named as secretsmanager:NAME or ssm:NAME");
  }
  if (!NAMES[store].test(name)) throw new CredentialsUnavailable(reference, RULES[store]);
  return { store, name };
}
