import { html } from "hono/html";
import type { Page } from "./layout.ts";

export const notFoundPage = (): Page => ({
  title: "Not found",
  body: html`<section class="narrow">
    <h1>404: off the map</h1>
    <p>There is nothing at this address.</p>
    <a class="button" href="/">Back to the shop</a>
  </section>`,
});
