import { html } from "hono/html";
import type { MemberVisit } from "../members.ts";
import type { Product } from "../product.ts";
import { euros, type Html, type Page } from "./layout.ts";
import { membersPage, searchBox } from "./members.ts";

/** The record of the last search: `sku` is null when nothing was searched, `product` when there is no such article. */
export function recordPage(visit: MemberVisit, sku: string | null, product: Product | null): Page {
  return membersPage(
    visit,
    "Last article",
    [{ name: "Last article", href: "/members/result" }],
    html`<h1>Last article</h1>
      ${searchBox(sku ?? "")} ${product === null ? nothing(sku) : record(product)}`,
  );
}

const record = (product: Product): Html =>
  html`<article class="record">
    <img src="${product.images[0]}" alt="" width="800" height="800" />
    <div>
      <p class="brand">${product.brand.label}</p>
      <h2 id="record-title">${product.name}</h2>
      <p id="record-price" class="price" data-cents="${product.priceCents}">${euros(product.priceCents)}</p>
      <dl class="facts">
        <dt>Article</dt>
        <dd id="record-sku">${product.sku}</dd>
        <dt>GTIN</dt>
        <dd>${product.gtin}</dd>
      </dl>
      <a class="button" href="${product.url}">See it in the shop</a>
    </div>
  </article>`;

const nothing = (sku: string | null): Html =>
  html`<p id="record-missing" class="empty">
    ${sku === null ? "You haven’t looked anything up yet." : html`There is no article <strong>${sku}</strong>.`}
  </p>`;

export function preferencesPage(visit: MemberVisit, preferences: Readonly<Record<string, string>>, bad: boolean): Page {
  const names = Object.keys(preferences).toSorted();
  return membersPage(
    visit,
    "Preferences",
    [{ name: "Preferences", href: "/members/preference" }],
    html`<section class="preferences">
      <h1>Preferences</h1>
      ${
        bad
          ? html`<p id="preference-error" class="login-error" role="alert">
              A name is 1 to 40 and a value at most 100 letters, digits, hyphens or underscores.
            </p>`
          : ""
      }
      ${
        names.length === 0
          ? html`<p class="empty">Nothing kept in this browser yet.</p>`
          : html`<ul>
              ${names.map((name) => row(name, preferences[name] ?? ""))}
            </ul>`
      }
      <form class="lookup" action="/members/preference">
        <input name="name" placeholder="Name" aria-label="Name" required />
        <input name="value" placeholder="Value" aria-label="Value" />
        <button class="button">Keep</button>
      </form>
    </section>`,
  );
}

const row = (name: string, value: string): Html =>
  html`<li data-preference="${name}">
    <span class="label">${name}</span><span class="value">${value}</span>
    <a class="remove" href="/members/preference?name=${name}&amp;value=">Remove</a>
  </li>`;
