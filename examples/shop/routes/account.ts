import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { accountPage, loginPage, type Order } from "../pages/account.ts";
import { cartPage } from "../pages/cart.ts";
import {
  SESSION_COOKIE,
  show,
  type ShopApp,
  type ShopContext,
  type ShopRequest,
  userOf,
  visitorOf,
} from "../shop-context.ts";

export function accountRoutes(app: ShopApp, shop: ShopContext): void {
  const { visitors } = shop;
  app.get("/cart", (c) => show(c, shop, cartPage(visitors.cart(visitorOf(c, visitors)))));

  app.post("/cart", async (c) => {
    const form = await formOf(c);
    const added = visitors.addToCart(visitorOf(c, visitors), form("variant"), quantityOf(form("quantity"), 1));
    return added ? c.redirect("/cart", 303) : c.text("No such variant, or sold out", 409);
  });

  app.post("/cart/:variant", async (c) => {
    const form = await formOf(c);
    visitors.setQuantity(visitorOf(c, visitors), c.req.param("variant"), quantityOf(form("quantity"), 0));
    return c.redirect("/cart", 303);
  });

  app.get("/login", (c) => show(c, shop, loginPage(ownPath(c.req.query("next")), false)));

  app.post("/login", async (c) => {
    const form = await formOf(c);
    const session = visitors.login(form("user"), form("password"));
    if (session === null) return show(c, shop, loginPage(ownPath(form("next")), true), 401);
    setCookie(c, SESSION_COOKIE, session, { path: "/", httpOnly: true, sameSite: "Lax" });
    return c.redirect(ownPath(form("next")), 303);
  });

  app.post("/logout", (c) => {
    visitors.logout(getCookie(c, SESSION_COOKIE) ?? "");
    deleteCookie(c, SESSION_COOKIE, { path: "/" });
    return c.redirect("/", 303);
  });

  app.get("/account", async (c): Promise<Response> => {
    const user = userOf(c, visitors);
    return user === null ? c.redirect("/login?next=/account", 302) : show(c, shop, accountPage(user, orders(shop)));
  });
}

/** Three orders, the same for everybody. */
function orders({ index }: ShopContext): Order[] {
  return [...index.bySku.values()]
    .slice(0, 3)
    .map((product, at) => ({ number: `N-${10_421 - at}`, placedOn: `2026-0${9 - at}-14`, product }));
}

/** The fields of the form by name; "" for one that is missing or a file. */
export async function formOf(c: ShopRequest): Promise<(name: string) => string> {
  const form = await c.req.parseBody();
  return (name) => {
    const value = form[name];
    return typeof value === "string" ? value : "";
  };
}

const quantityOf = (text: string, otherwise: number): number => (/^\d{1,2}$/.test(text) ? Number(text) : otherwise);

/** A path of this shop; what could lead elsewhere leads to the account. */
const ownPath = (next: string | undefined): string =>
  next !== undefined && /^\/[\w/?=&.-]*$/.test(next) && !next.startsWith("//") ? next : "/account";
