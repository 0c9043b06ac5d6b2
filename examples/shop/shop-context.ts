import type { HttpBindings } from "@hono/node-server";
import type { Context, Hono } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import type { ShopIndex } from "./listing.ts";
import type { Members, MemberVisit } from "./members.ts";
import { layout, type Page, type Viewer } from "./pages/layout.ts";
import type { ShopTruth } from "./truth.ts";
import type { Visitors } from "./visitors.ts";

interface ShopEnvironment {
  Bindings: HttpBindings;
  Variables: {
    /** Of the members' pages: null for whoever isn't signed in there. */
    memberVisit: MemberVisit | null;
  };
}

export type ShopApp = Hono<ShopEnvironment>;
export type ShopRequest = Context<ShopEnvironment>;

/** What every route works with. */
export interface ShopContext {
  readonly index: ShopIndex;
  readonly truth: ShopTruth;
  readonly visitors: Visitors;
  readonly members: Members;
  /** Aborted when the shop closes: whoever waits, stops waiting. */
  readonly closing: AbortSignal;
}

export const VISITOR_COOKIE = "visitor";
export const SESSION_COOKIE = "session";

/** The visitor by cookie; a new one gets a cookie with this answer. */
export function visitorOf(c: ShopRequest, visitors: Visitors): string {
  const known = getCookie(c, VISITOR_COOKIE);
  if (known !== undefined && /^[\w-]{1,64}$/.test(known)) return known;
  const visitor = visitors.newVisitor();
  setCookie(c, VISITOR_COOKIE, visitor, { path: "/", sameSite: "Lax", maxAge: 30 * 86_400 });
  return visitor;
}

export function userOf(c: ShopRequest, visitors: Visitors): string | null {
  return visitors.userOf(getCookie(c, SESSION_COOKIE) ?? "");
}

export async function show(
  c: ShopRequest,
  shop: ShopContext,
  page: Page,
  status: 200 | 400 | 401 | 403 | 404 | 409 = 200,
): Promise<Response> {
  const visitor = visitorOf(c, shop.visitors);
  const cartCount = shop.visitors.cart(visitor).reduce((sum, { quantity }) => sum + quantity, 0);
  const viewer: Viewer = { visitor, cartCount, user: userOf(c, shop.visitors) };
  c.header("Cache-Control", "private, no-cache");
  return c.html(layout(shop.index.byPath.get("")?.children ?? [], viewer, page), status);
}
