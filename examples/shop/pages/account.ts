import { html } from "hono/html";
import type { Product } from "../product.ts";
import { breadcrumbs, euros, type Page } from "./layout.ts";

export function loginPage(next: string, failed: boolean): Page {
  return {
    title: "Sign in",
    body: html`<section class="narrow">
      <h1>Sign in</h1>
      ${failed ? html`<p class="login-error" role="alert">User or password is wrong.</p>` : ""}
      <form class="login" method="post" action="/login">
        <input type="hidden" name="next" value="${next}" />
        <label>User <input name="user" autocomplete="username" required /></label>
        <label>Password <input type="password" name="password" autocomplete="current-password" required /></label>
        <button class="button">Sign in</button>
      </form>
    </section>`,
  };
}

export interface Order {
  readonly number: string;
  readonly placedOn: string;
  readonly product: Product;
}

export function accountPage(user: string, orders: readonly Order[]): Page {
  return {
    title: "Account",
    body: html`${breadcrumbs([{ name: "Account", href: "/account" }])}
      <h1>Hello, <span id="account-user">${user}</span></h1>
      <div class="table-scroll">
        <table class="orders">
          <thead>
            <tr>
              <th>Order</th>
              <th>Date</th>
              <th>Article</th>
              <th>Total</th>
            </tr>
          </thead>
          <tbody>
            ${orders.map(
              ({ number, placedOn, product }) =>
                html`<tr data-order="${number}">
                  <td class="number">${number}</td>
                  <td class="date">${placedOn}</td>
                  <td class="name"><a href="${product.url}">${product.name}</a></td>
                  <td class="total">${euros(product.priceCents)}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
      <form method="post" action="/logout"><button class="button logout">Sign out</button></form>`,
  };
}
