import { z } from "zod";

import { PermanentFailure } from "../../../functions/core/job/failures.ts";
import { TEXT_ONLY } from "../../../functions/core/job/resource-policy.ts";
import { sessionDefinitionSchema } from "../../../functions/core/session/definition/session-definition.ts";
import type { SessionDefinition } from "../../../functions/core/session/session.ts";
import { defineLogin, type LoginStrategy } from "../../../functions/strategies/contract/define-login.ts";
import type { QuickSite } from "./quick-browser.ts";

/** A site with logins, in memory: who is in, how often somebody logged in, and who was at work at the same time. */
export class MembersSite {
  readonly logins: string[] = [];
  readonly visits: { readonly user: string; readonly path: string }[] = [];
  readonly refuses = new Set<string>();
  readonly #tokens = new Map<string, string>();
  #next = 0;

  readonly answer: QuickSite = (url, cookies) => {
    const path = url.pathname;
    if (path === "/sign-in") return this.#signIn(url, cookies);
    const user = this.#tokens.get(cookies.get("token") ?? "");
    if (user === undefined) {
      // As many sites do, and as no other container may learn.
      cookies.delete("token");
      return "https://shop.example/login";
    }
    this.visits.push({ user, path });
    if (path === "/preference") cookies.set(url.searchParams.get("name") ?? "", url.searchParams.get("value") ?? "");
    return url.href;
  };

  /** Ends every login of a user. */
  expire(user: string): void {
    for (const [token, whose] of this.#tokens) if (whose === user) this.#tokens.delete(token);
  }

  /** A new token for an old one, which is void from then on. */
  rotate(old: string): string {
    const user = this.#tokens.get(old);
    if (user === undefined) return old;
    this.#tokens.delete(old);
    this.#next += 1;
    this.#tokens.set(`token-${this.#next}`, user);
    return `token-${this.#next}`;
  }

  #signIn(url: URL, cookies: Map<string, string>): string {
    const user = url.searchParams.get("user") ?? "";
    this.logins.push(user);
    if (this.refuses.has(user)) return "https://shop.example/locked";
    this.#next += 1;
    const token = `token-${this.#next}`;
    this.#tokens.set(token, user);
    cookies.set("token", token);
    return "https://shop.example/home";
  }
}

export const quickLogin = defineLogin({
  name: "quick-login",
  summary: "Logs in to the site of the tests.",
  input: z.strictObject({}),
  resources: TEXT_ONLY,
  login: async ({ page }, { username = "" }) => {
    await page.goto(`https://shop.example/sign-in?user=${username}`);
    if (page.url().endsWith("/locked")) throw new PermanentFailure("LoginRefused", `${username} is locked`);
  },
  isLoggedIn: async ({ page }) => {
    await page.goto("https://shop.example/home");
    return page.url().endsWith("/home");
  },
  showsSignedOut: (_input, { pathname }) => pathname === "/login",
}) as LoginStrategy;

export function sessionOf(change: Partial<SessionDefinition> & { readonly name: string }): SessionDefinition {
  return sessionDefinitionSchema.parse({
    site: "shop.example",
    login: { strategy: "quick-login", credentials: `ssm:/sublet/${change.name}` },
    ...change,
  });
}
