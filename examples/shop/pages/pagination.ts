import { html } from "hono/html";
import type { Html } from "./layout.ts";

export type View = "pages" | "more" | "scroll";

export const viewFrom = (query: URLSearchParams): View => {
  const view = query.get("view");
  return view === "more" || view === "scroll" ? view : "pages";
};

/** The same address with another page; the first page needs no `page`. */
export function pageHref(
  pathname: string,
  query: URLSearchParams,
  page: number,
  more: Record<string, string> = {},
): string {
  const next = new URLSearchParams(query);
  next.delete("page");
  if (page > 1) next.set("page", String(page));
  for (const [name, value] of Object.entries(more)) next.set(name, value);
  const search = next.toString();
  return search === "" ? pathname : `${pathname}?${search}`;
}

export function pagination(pathname: string, query: URLSearchParams, page: number, pageCount: number): Html | string {
  const view = viewFrom(query);
  if (view !== "pages") {
    if (page >= pageCount) return "";
    const next = pageHref(pathname, query, page + 1, { fragment: "cards" });
    return view === "more"
      ? html`<button type="button" class="button load-more" data-next="${next}">Load more</button>`
      : html`<div class="scroll-sentinel" data-next="${next}">Loading …</div>`;
  }
  if (pageCount === 1) return "";
  const numbers = Array.from({ length: pageCount }, (_, at) => at + 1);
  return html`<nav class="pagination" aria-label="Pages">
    ${page > 1 ? html`<a rel="prev" href="${pageHref(pathname, query, page - 1)}">← Back</a>` : ""}
    ${numbers.map((number) =>
      number === page
        ? html`<span aria-current="page">${number}</span>`
        : html`<a data-page="${number}" href="${pageHref(pathname, query, number)}">${number}</a>`,
    )}
    ${page < pageCount ? html`<a rel="next" href="${pageHref(pathname, query, page + 1)}">Next →</a>` : ""}
  </nav>`;
}
