import { html } from "hono/html";
import { type Applied, appliedFrom, sortFrom } from "../filters.ts";
import { type Listing, listProducts } from "../listing.ts";
import { cards } from "../pages/cards.ts";
import { categoryPage, productList } from "../pages/category.ts";
import { homePage } from "../pages/home.ts";
import type { Page } from "../pages/layout.ts";
import { notFoundPage } from "../pages/not-found.ts";
import { pageHref, pagination } from "../pages/pagination.ts";
import { productPage } from "../pages/product.ts";
import type { Product } from "../product.ts";
import { show, type ShopApp, type ShopContext, type ShopRequest } from "../shop-context.ts";

const FEATURED = 10;

export function browseRoutes(app: ShopApp, shop: ShopContext): void {
  const { index } = shop;
  app.get("/", (c) => {
    const { products } = listProducts(index.within.get("") ?? [], {}, "popular", 1);
    return show(c, shop, homePage(index, products.slice(0, FEATURED)));
  });

  app.get("/c/:a/:b?/:c?", async (c): Promise<Response> => {
    const path = c.req.path.slice("/c/".length);
    const category = index.byPath.get(path);
    if (category === undefined) return show(c, shop, notFoundPage(), 404);
    const query = new URL(c.req.url).searchParams;
    const canonical = withCanonicalPrice(query);
    if (canonical !== null) return c.redirect(`/c/${path}?${canonical.toString()}`, 302);
    return showListing(c, shop, index.within.get(path) ?? [], appliedFrom(query), (listing, page) =>
      categoryPage(category, listing, query, page, index),
    );
  });

  app.get("/search", (c) => {
    const query = new URL(c.req.url).searchParams;
    const text = query.get("q") ?? "";
    const words = folded(text).split(/\s+/).filter(Boolean);
    const fits = ({ name, brand }: Product): boolean =>
      words.every((word) => folded(`${name} ${brand.label}`).includes(word));
    const found = words.length === 0 ? [] : (index.within.get("") ?? []).filter(fits);
    return showListing(c, shop, found, {}, (listing, page) => ({
      title: "Search",
      body: html`<h1>Results for “${text}”</h1>
        <p class="result-count" data-count="${listing.count}">
          ${listing.count} ${listing.count === 1 ? "product" : "products"}
        </p>
        ${productList(listing, query, page)} ${pagination("/search", query, page, listing.pageCount)}`,
    }));
  });

  app.get("/p/:id", async (c): Promise<Response> => {
    const product = index.bySku.get(/^[A-Z]{3}-\d{5}/.exec(c.req.param("id"))?.[0] ?? "");
    if (product === undefined) return show(c, shop, notFoundPage(), 404);
    if (c.req.path !== product.url) return c.redirect(product.url, 301);
    return show(c, shop, productPage(product, new URL(c.req.url).origin, index));
  });
}

/** A page of cards, or with `fragment=cards` the bare cards and the address of the next ones in `X-Next`. */
async function showListing(
  c: ShopRequest,
  shop: ShopContext,
  all: readonly Product[],
  applied: Applied,
  pageOf: (listing: Listing, page: number) => Page,
): Promise<Response> {
  const query = new URL(c.req.url).searchParams;
  const page = pageNumber(query.get("page"));
  const listing = listProducts(all, applied, sortFrom(query), page);
  if (page > listing.pageCount) return show(c, shop, notFoundPage(), 404);
  if (query.get("fragment") !== "cards") return show(c, shop, pageOf(listing, page));
  if (page < listing.pageCount) c.header("X-Next", pageHref(c.req.path, query, page + 1));
  c.header("Cache-Control", "private, no-cache");
  return c.html(cards(listing.products));
}

/** What isn't a page number is page 1. */
const pageNumber = (text: string | null): number => (/^[1-9]\d{0,5}$/.test(text ?? "") ? Number(text) : 1);

/** The form's euros as `price` in cents; null when the query has none of them. */
function withCanonicalPrice(query: URLSearchParams): URLSearchParams | null {
  if (!query.has("price-min") && !query.has("price-max")) return null;
  const cents = (name: string): string => {
    const euros = Number((query.get(name) ?? "").trim().replace(",", "."));
    return euros > 0 && euros < 1_000_000 ? String(Math.round(euros * 100)) : "";
  };
  const canonical = new URLSearchParams(query);
  for (const name of ["price", "price-min", "price-max"]) canonical.delete(name);
  const price = `${cents("price-min")}-${cents("price-max")}`;
  if (price !== "-") canonical.set("price", price);
  return canonical;
}

const folded = (text: string): string =>
  text
    .normalize("NFKD")
    .replaceAll(/\p{Mark}/gu, "")
    .toLowerCase();
