import type { Seal } from "../../../../functions/core/session/seal.ts";
import type { SessionDefinition } from "../../../../functions/core/session/session.ts";

export function session(name: string, more: Partial<SessionDefinition> = {}): SessionDefinition {
  return {
    name,
    site: "shop.example",
    policy: "exclusive",
    order: "least-recently-used",
    pages: 5,
    jobLimitMs: 180_000,
    ...more,
  };
}

/** Hides nothing: what it sealed can be looked at. */
export const plainSeal: Seal = {
  seal: async ({ session: name }, plain) => Buffer.concat([Buffer.from(`${name}:`), plain]),
  open: async ({ session: name }, sealed) => sealed.subarray(name.length + 1),
};
