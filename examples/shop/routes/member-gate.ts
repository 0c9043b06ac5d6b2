import { getCookie, setCookie } from "hono/cookie";
import type { MemberVisit } from "../members.ts";
import type { ShopApp, ShopContext, ShopRequest } from "../shop-context.ts";

export const MEMBER_COOKIE = "member";
export const DEVICE_COOKIE = "member-device";
export const SEEN_COOKIE = "member-seen";
export const PREFERENCE_PREFIX = "preference-";

/** Asks every request for a members' page but the login who it is, and rotates the token with the answer. */
export function memberGate(app: ShopApp, { members }: ShopContext): void {
  app.use("/members/*", async (c, next) => {
    if (c.req.path === "/members/login") return next();
    const admission = members.admit({
      token: getCookie(c, MEMBER_COOKIE),
      device: getCookie(c, DEVICE_COOKIE),
      method: c.req.method,
      path: c.req.url.slice(new URL(c.req.url).origin.length),
      preferences: preferencesOf(c),
    });
    const visit = admission.kind === "admitted" ? admission.visit : null;
    c.set("memberVisit", visit);
    await next();
    const rotated = visit?.end() ?? null;
    if (rotated === null) return;
    setMemberCookie(c, rotated.token);
    setCookie(c, SEEN_COOKIE, String(rotated.seen), { path: "/", sameSite: "Lax" });
  });
}

/** Without an age: a cookie that a browser forgets when it closes. */
export function setMemberCookie(c: ShopRequest, token: string): void {
  setCookie(c, MEMBER_COOKIE, token, { path: "/", httpOnly: true, sameSite: "Lax" });
}

/** Answers for whoever is signed in; sends everybody else to the login. */
export function forMembers(
  answer: (c: ShopRequest, visit: MemberVisit) => Response | Promise<Response>,
): (c: ShopRequest) => Promise<Response> {
  return async (c) => {
    const visit = c.get("memberVisit");
    return visit === null ? c.redirect("/members/login", 302) : answer(c, visit);
  };
}

const preferencesOf = (c: ShopRequest): Record<string, string> =>
  Object.fromEntries(
    Object.entries(getCookie(c))
      .filter(([name]) => name.startsWith(PREFERENCE_PREFIX))
      .map(([name, value]) => [name.slice(PREFERENCE_PREFIX.length), value]),
  );
