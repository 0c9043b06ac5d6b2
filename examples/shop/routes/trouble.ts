import { setTimeout as delay } from "node:timers/promises";
import { html, raw } from "hono/html";
import type { Html } from "../pages/layout.ts";
import type { ShopApp, ShopContext } from "../shop-context.ts";
import { keep } from "../visitors.ts";

const LONGEST_MS = 60_000;

/** Pages that go wrong on purpose. */
export function troubleRoutes(app: ShopApp, shop: ShopContext): void {
  const failures = new Map<string, number>();

  app.get("/flaky", (c) => {
    const key = c.req.query("key") ?? "";
    const before = failures.get(key) ?? 0;
    keep(failures, key, before + 1);
    if (before >= wholeNumber(c.req.query("fail"), 1))
      return c.html(bare("Recovered", html`<p id="attempt">${before + 1}</p>`));
    return c.html(bare("Try again", html`<p id="attempt">${before + 1}</p>`), 503);
  });

  app.get("/slow", async (c) => {
    const waitMs = Math.min(wholeNumber(c.req.query("ms"), 1000), LONGEST_MS);
    await waited(waitMs, shop.closing);
    return c.html(bare("Slow", html`<p id="waited">${waitMs}</p>`));
  });

  app.get("/redirect-loop", (c) => c.redirect("/redirect-loop", 302));

  app.get("/status/:code{[2-5][0-9][0-9]}", (c) => {
    const status = Number(c.req.param("code"));
    const bodiless = status === 204 || status === 205 || status === 304;
    return new Response(bodiless ? null : `Status ${status}\n`, { status, headers: { "Content-Type": "text/plain" } });
  });

  app.get("/dialog", (c) => {
    const kind = ["alert", "confirm", "prompt"].find((known) => known === c.req.query("kind")) ?? "alert";
    return c.html(
      script("Dialog", `document.getElementById("answer").textContent = String(${kind}("Are you there?"));`),
    );
  });

  app.get("/popup", (c) =>
    c.html(
      script(
        "Popup",
        `const open = () => window.open("/cart", "_blank", "width=400,height=300");
         document.getElementById("open-popup").addEventListener("click", open);
         open();`,
      ),
    ),
  );

  app.get("/hang", (c) =>
    c.html(
      script("Hang", c.req.query("after") === "load" ? `addEventListener("load", () => { for (;;); });` : "for (;;);"),
    ),
  );
}

const wholeNumber = (text: string | undefined, otherwise: number): number =>
  /^\d{1,9}$/.test(text ?? "") ? Number(text) : otherwise;

/** Ends early when the shop closes. */
export async function waited(waitMs: number, closing: AbortSignal): Promise<void> {
  await delay(waitMs, undefined, { signal: closing }).catch(() => undefined);
}

const bare = (title: string, body: Html): Html =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
      </head>
      <body>
        <h1>${title}</h1>
        ${body}
      </body>
    </html>`;

const script = (title: string, code: string): Html =>
  bare(
    title,
    html`<p id="answer"></p>
      <button id="open-popup" type="button">Open</button>
      <script>
        ${raw(code)};
      </script>`,
  );
