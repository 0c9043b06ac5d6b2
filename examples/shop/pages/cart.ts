import { html } from "hono/html";
import type { CartLine } from "../visitors.ts";
import { breadcrumbs, euros, type Html, type Page } from "./layout.ts";

export function cartPage(lines: readonly CartLine[]): Page {
  const totalCents = lines.reduce((sum, { variant, quantity }) => sum + variant.priceCents * quantity, 0);
  const body =
    lines.length === 0
      ? html`<p class="empty">Your cart is empty.</p>`
      : html`<div class="table-scroll">
            <table class="cart">
              <tbody>
                ${lines.map(cartRow)}
              </tbody>
            </table>
          </div>
          <p class="total">Total <strong class="cart-total">${euros(totalCents)}</strong></p>`;
  return {
    title: "Cart",
    body: html`${breadcrumbs([{ name: "Cart", href: "/cart" }])}
      <h1>Cart</h1>
      ${body}`,
  };
}

function cartRow({ product, variant, quantity }: CartLine): Html {
  return html`<tr data-variant="${variant.sku}">
    <td><img src="${product.images[0]}" alt="" width="72" height="72" /></td>
    <td class="name">
      <a href="${product.url}">${product.name}</a><br /><small>${variant.colour.label}, ${variant.size.label}</small>
    </td>
    <td class="quantity">
      <form method="post" action="/cart/${variant.sku}">
        <input type="number" name="quantity" value="${quantity}" min="0" max="99" aria-label="Quantity" />
        <button type="submit">Update</button>
      </form>
    </td>
    <td class="line-price">${euros(variant.priceCents * quantity)}</td>
    <td>
      <form method="post" action="/cart/${variant.sku}">
        <input type="hidden" name="quantity" value="0" /><button class="remove">Remove</button>
      </form>
    </td>
  </tr>`;
}
