import { randomUUID } from "node:crypto";
import { getCookie } from "hono/cookie";
import { expectedOutputs, type ExpectedOutputs } from "../expected-output.ts";
import { appliedFrom, sortFrom } from "../filters.ts";
import { SESSION_COOKIE, type ShopApp, type ShopContext, type ShopRequest, VISITOR_COOKIE } from "../shop-context.ts";

/** The ground truth as JSON, and what checkers of isolation ask for. */
export function truthRoutes(app: ShopApp, { truth }: ShopContext): void {
  app.get("/truth/category/*", (c) => found(c, truth.category(after(c, "/truth/category/"))));
  app.get("/truth/filters/*", (c) => found(c, truth.filters(after(c, "/truth/filters/"), appliedFrom(queryOf(c)))));
  app.get("/truth/products/*", (c) => {
    const query = queryOf(c);
    return found(c, truth.products(after(c, "/truth/products/"), appliedFrom(query), sortFrom(query)));
  });
  app.get("/truth/product/:sku", (c) => found(c, truth.product(c.req.param("sku"))));

  const output = (
    strategy: string,
    expected: (outputs: ExpectedOutputs, path: string, query: URLSearchParams) => object | null,
  ) =>
    app.get(`/truth/output/${strategy}/*`, (c) => {
      const outputs = expectedOutputs(truth, new URL(c.req.url).origin);
      return found(c, expected(outputs, after(c, `/truth/output/${strategy}/`), queryOf(c)));
    });
  output("product-pagination", (outputs, path, query) => outputs.pagination(path, appliedFrom(query), sortFrom(query)));
  output("filter-discovery", (outputs, path) => outputs.filterDiscovery(path));
  output("filter-exploration", (outputs, path, query) => outputs.filterExploration(path, query.getAll("filter")));
  output("subcategory-exploration", (outputs, path) => outputs.subcategories(path));
  output("product-extraction", (outputs, path) => outputs.extraction(path));

  app.get("/whoami", (c) => {
    c.header("Cache-Control", "no-store");
    return c.json({
      visitor: getCookie(c, VISITOR_COOKIE) ?? null,
      session: getCookie(c, SESSION_COOKIE) ?? null,
      userAgent: c.req.header("User-Agent") ?? null,
      cookieHeader: c.req.header("Cookie") ?? null,
    });
  });

  app.get("/cache-probe", (c) => {
    c.header("Cache-Control", "private, max-age=3600");
    return c.json({ id: randomUUID() });
  });
}

const after = (c: ShopRequest, prefix: string): string => c.req.path.slice(prefix.length);
const queryOf = (c: ShopRequest): URLSearchParams => new URL(c.req.url).searchParams;
const found = (c: ShopRequest, answer: object | null): Response =>
  answer === null ? c.json({ error: "not found" }, 404) : c.json(answer);
