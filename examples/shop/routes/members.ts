import { deleteCookie, setCookie } from "hono/cookie";
import type { RefusedBecause } from "../member-history.ts";
import type { MemberVisit } from "../members.ts";
import { memberLoginPage, memberPage } from "../pages/members.ts";
import { preferencesPage, recordPage } from "../pages/members-record.ts";
import { show, type ShopApp, type ShopContext, type ShopRequest } from "../shop-context.ts";
import { formOf } from "./account.ts";
import {
  DEVICE_COOKIE,
  forMembers,
  MEMBER_COOKIE,
  PREFERENCE_PREFIX,
  SEEN_COOKIE,
  setMemberCookie,
} from "./member-gate.ts";
import { waited } from "./trouble.ts";

const NAME_COOKIE = "member-name";
const MONTH_SECONDS = 30 * 86_400;

const REFUSALS = {
  "unknown-user": [401, "User or password is wrong."],
  "wrong-password": [401, "User or password is wrong."],
  "active-session": [409, "There is an active session, wait five minutes."],
  locked: [403, "We can’t sign you in: account locked."],
} as const satisfies Record<RefusedBecause, readonly [number, string]>;

/** The members' area: one login at a time, a search that the server keeps per login, and tokens that rotate. */
export function memberRoutes(app: ShopApp, shop: ShopContext): void {
  const { members, index } = shop;
  app.get("/members/login", (c) => show(c, shop, memberLoginPage(null)));

  app.post("/members/login", async (c): Promise<Response> => {
    const form = await formOf(c);
    const user = form("user");
    const answer = members.login(user, form("password"));
    if (answer.kind === "refused") {
      const [status, message] = REFUSALS[answer.reason];
      return show(c, shop, memberLoginPage(message), status);
    }
    setMemberCookie(c, answer.token);
    setCookie(c, NAME_COOKIE, user, { path: "/", sameSite: "Lax", maxAge: MONTH_SECONDS });
    setCookie(c, DEVICE_COOKIE, answer.device, { path: "/", sameSite: "Strict", maxAge: MONTH_SECONDS });
    return c.redirect("/members", 303);
  });

  app.post("/members/logout", (c) => {
    c.get("memberVisit")?.logout();
    for (const name of [MEMBER_COOKIE, NAME_COOKIE, DEVICE_COOKIE, SEEN_COOKIE]) deleteCookie(c, name, { path: "/" });
    return c.redirect("/members/login", 303);
  });

  app.get(
    "/members",
    forMembers((c, visit) => show(c, shop, memberPage(visit))),
  );

  app.post(
    "/members/search",
    forMembers(async (c, visit) => {
      const form = await formOf(c);
      visit.search(form("sku").trim().slice(0, 64));
      if (members.searchLatencyMs > 0) await waited(members.searchLatencyMs, shop.closing);
      return c.redirect("/members/result", 303);
    }),
  );

  app.get(
    "/members/result",
    forMembers((c, visit) => {
      const sku = visit.lastSearch();
      const product = index.bySku.get(sku ?? "") ?? null;
      return show(c, shop, recordPage(visit, sku, product), product === null ? 404 : 200);
    }),
  );

  app.get(
    "/members/preference",
    forMembers((c, visit) => {
      const [name, value] = [c.req.query("name"), c.req.query("value") ?? ""];
      if (name === undefined) return show(c, shop, preferencesPage(visit, visit.preferences, false));
      if (!/^[\w-]{1,40}$/.test(name) || !/^[\w.~-]{0,100}$/.test(value)) {
        return show(c, shop, preferencesPage(visit, visit.preferences, true), 400);
      }
      return show(c, shop, preferencesPage(visit, preferred(c, visit, name, value), false));
    }),
  );

  controlRoutes(app, shop);
}

/** What a test does from outside, and reads afterwards. */
function controlRoutes(app: ShopApp, { members }: ShopContext): void {
  for (const action of ["expire", "revoke", "restore"] as const) {
    app.post(`/trouble/members/${action}`, (c) => {
      const user = c.req.query("user") ?? "";
      const ended = members[action](user);
      return ended === null ? c.json({ error: "not found" }, 404) : c.json({ user, ended });
    });
  }
  app.get("/truth/members", (c) => c.json(members.history()));
}

/** Sets the cookie of one preference, or deletes it when the value is empty; the preferences as they are then. */
function preferred(c: ShopRequest, visit: MemberVisit, name: string, value: string): Record<string, string> {
  const { [name]: _, ...others } = visit.preferences;
  const cookie = `${PREFERENCE_PREFIX}${name}`;
  if (value === "") {
    deleteCookie(c, cookie, { path: "/" });
    return others;
  }
  setCookie(c, cookie, value, { path: "/", sameSite: "Lax", maxAge: MONTH_SECONDS });
  return { ...others, [name]: value };
}
