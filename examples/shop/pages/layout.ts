import { html, raw } from "hono/html";
import type { Category } from "../product.ts";

export type Html = ReturnType<typeof html>;

/** What every page shows of the one who looks at it. */
export interface Viewer {
  readonly visitor: string;
  readonly cartCount: number;
  readonly user: string | null;
}

export interface Page {
  readonly title: string;
  readonly body: Html;
  readonly head?: Html;
  /** Who is signed in to the members' area: named in the header instead of the viewer's user. */
  readonly member?: string;
}

/** The frame around every page. */
export function layout(departments: readonly Category[], viewer: Viewer, page: Page): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${page.title} · Nordmark</title>
        <link rel="preload" href="/assets/figtree.woff2" as="font" type="font/woff2" crossorigin />
        <link rel="stylesheet" href="/assets/shop.css" />
        <link rel="icon" href="/assets/icon.svg" type="image/svg+xml" />
        ${page.head ?? ""}
        <script src="/assets/shop.js" defer></script>
      </head>
      <body>
        <p class="banner">Free delivery from €75 · Thirty days to change your mind</p>
        <header class="top">
          <a class="logo" href="/">Nordmark</a>
          <nav class="departments" aria-label="Departments">
            ${departments.map(({ path, name }) => html`<a href="/c/${path}">${name}</a>`)}
          </nav>
          <form class="search" action="/search" role="search">
            <input type="search" name="q" placeholder="Search" aria-label="Search" />
          </form>
          ${accountLink(viewer, page)}
          <a class="to-cart" href="/cart">Cart <span id="cart-count">${viewer.cartCount}</span></a>
        </header>
        <main>${page.body}</main>
        <footer>
          <p class="footer-logo">Nordmark</p>
          <p>Things for outside, and for coming home.</p>
          <p><a class="to-members" href="/members">Members’ area</a></p>
          <dl>
            <dt>Visitor</dt>
            <dd id="visitor">${viewer.visitor}</dd>
            <dt>Stored</dt>
            <dd id="visitor-stored"></dd>
            <dt>Browser</dt>
            <dd id="user-agent"></dd>
          </dl>
        </footer>
      </body>
    </html>`;
}

const accountLink = ({ user }: Viewer, { member }: Page): Html =>
  member === undefined
    ? html`<a class="to-account" href="/account">${user ?? "Sign in"}</a>`
    : html`<a class="to-account" href="/members">${member}</a>`;

export interface Crumb {
  readonly name: string;
  readonly href: string;
}

/** The last crumb is the page itself. */
export function breadcrumbs(crumbs: readonly Crumb[]): Html {
  return html`<nav class="breadcrumbs" aria-label="Breadcrumbs">
    <a href="/">Home</a>
    ${crumbs.map(({ name, href }, at) =>
      at === crumbs.length - 1 ? html`<span aria-current="page">${name}</span>` : html`<a href="${href}">${name}</a>`,
    )}
  </nav>`;
}

/** The way down to a category: one crumb for each level. */
export function crumbsTo(path: string, byPath: ReadonlyMap<string, Category>): Crumb[] {
  const slugs = path.split("/");
  return slugs.map((slug, at) => {
    const above = slugs.slice(0, at + 1).join("/");
    return { name: byPath.get(above)?.name ?? slug, href: `/c/${above}` };
  });
}

const EUROS = new Intl.NumberFormat("en-IE", { style: "currency", currency: "EUR" });

export const euros = (cents: number): string => EUROS.format(cents / 100);

/** JSON for a script element: no `<` is left that could end it. */
export const scriptJson = (value: unknown): ReturnType<typeof raw> =>
  raw(JSON.stringify(value).replaceAll("<", "\\u003c"));
