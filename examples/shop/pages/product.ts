import { html } from "hono/html";
import type { ShopIndex } from "../listing.ts";
import type { Product, Variant } from "../product.ts";
import { cards, prices, rating } from "./cards.ts";
import { breadcrumbs, crumbsTo, euros, type Html, type Page } from "./layout.ts";
import { headData, microdata } from "./structured-data.ts";

export function productPage(product: Product, origin: string, index: ShopIndex): Page {
  const crumbs = [...crumbsTo(product.category, index.byPath), { name: product.name, href: product.url }];
  const neighbours = (index.within.get(product.category) ?? []).filter(({ sku }) => sku !== product.sku).slice(0, 4);
  const scope = product.structuredData.kind === "microdata" ? "itemscope itemtype=https://schema.org/Product" : "";
  return {
    title: product.name,
    head: html`<link rel="canonical" href="${origin}${product.url}" />${headData(product, origin, crumbs)}`,
    body: html`${breadcrumbs(crumbs)}
      <article class="product" data-sku="${product.sku}" ${scope}>
        ${microdata(product, origin)}
        <div class="gallery">
          ${product.images.map((src) => html`<img src="${src}" alt="${product.name}" width="800" height="800" />`)}
        </div>
        <div class="buy">
          <p class="brand">${product.brand.label}</p>
          <h1 class="product-name">${product.name}</h1>
          ${rating(product)}
          <p class="prices">${prices(product)}</p>
          <p class="availability ${product.availability}">
            ${product.availability === "in-stock" ? "In stock" : "Out of stock"}
          </p>
          ${cartForm(product)}
          <p class="description">${product.description}</p>
          <dl class="facts">
            <dt>Article</dt>
            <dd class="sku">${product.sku}</dd>
            <dt>GTIN</dt>
            <dd class="gtin">${product.gtin}</dd>
            <dt>Material</dt>
            <dd class="material">${product.material.label}</dd>
            <dt>${product.feature.label}</dt>
            <dd class="feature">${product.feature.choice.label}</dd>
          </dl>
          <figure class="sound">
            <figcaption>A word from the workshop</figcaption>
            <audio controls preload="auto" src="/media/${product.sku}.wav"></audio>
          </figure>
        </div>
      </article>
      <h2>Colours & sizes</h2>
      <div class="table-scroll">
        <table class="variants">
          <thead>
            <tr>
              <th>Article</th>
              <th>Colour</th>
              <th>Size</th>
              <th>Price</th>
              <th>Stock</th>
            </tr>
          </thead>
          <tbody>
            ${product.variants.map(variantRow)}
          </tbody>
        </table>
      </div>
      <h2>You may also like</h2>
      <ul class="related grid">
        ${cards(neighbours)}
      </ul>`,
  };
}

function variantRow({ sku, colour, size, priceCents, stock }: Variant): Html {
  return html`<tr data-variant="${sku}">
    <td class="article">${sku}</td>
    <td class="colour">${colour.label}</td>
    <td class="size">${size.label}</td>
    <td class="price">${euros(priceCents)}</td>
    <td class="stock">${stock}</td>
  </tr>`;
}

function cartForm({ variants, availability }: Product): Html {
  return html`<form class="add-to-cart" method="post" action="/cart">
    <label
      >Choose
      <select name="variant">
        ${variants.map(
          ({ sku, colour, size, stock }) =>
            html`<option value="${sku}" ${stock === 0 ? "disabled" : ""}>${colour.label}, ${size.label}</option>`,
        )}
      </select></label
    >
    <label>Quantity <input type="number" name="quantity" value="1" min="1" max="9" /></label>
    <button class="button" ${availability === "in-stock" ? "" : "disabled"}>Add to cart</button>
  </form>`;
}
