import type { SnapshotCookie } from "../../../../../functions/core/session/state/session-state.ts";

export function cookie(name: string, value: string): SnapshotCookie {
  const fields = { domain: "shop.example", path: "/", expires: -1, httpOnly: true, secure: true } as const;
  return { name, value, ...fields, sameSite: "Lax" };
}

/** A site with one login at a time: a new one ends the one before, and now and then it ends one by itself. */
export class SimulatedSite {
  #good: string | undefined;
  #logins = 0;

  accepts(sid: string | undefined): boolean {
    return sid !== undefined && sid === this.#good;
  }

  logIn(): string {
    this.#logins += 1;
    this.#good = `login-${this.#logins}`;
    return this.#good;
  }

  endLogin(): void {
    this.#good = undefined;
  }
}
