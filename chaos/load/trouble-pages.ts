import type { IncomingMessage, ServerResponse } from "node:http";

const CHUNK_BYTES = 64 * 1024;
const CHUNK_EVERY_MS = 20;

const html = (body: string) => (_request: IncomingMessage, response: ServerResponse) => {
  response.writeHead(200, { "content-type": "text/html" });
  response.end(`<!doctype html><title>trouble</title><p class="row">here</p>${body}`);
};

/** What hostile or broken pages do, by the name that a plan calls them by. */
export const TROUBLE_PAGES: Readonly<Record<string, (request: IncomingMessage, response: ServerResponse) => void>> = {
  "endless-loop": html(`<script>for (;;);</script>`),
  "late-loop": html(`<script>addEventListener("load", () => { for (;;); });</script>`),
  dialogs: html(
    `<script>alert("one"); confirm("two"); prompt("three"); setInterval(() => alert("again"), 20);</script>`,
  ),
  "before-unload": html(`<script>
addEventListener("beforeunload", (event) => { event.preventDefault(); event.returnValue = "stay"; });
addEventListener("pagehide", () => { const until = Date.now() + 60_000; while (Date.now() < until); });
</script>`),
  popups: html(
    `<script>let left = 25; setInterval(() => { if (left-- > 0) open("/trouble/popups-child"); }, 10);</script>`,
  ),
  "popups-child": html(""),
  download: (_request, response) => {
    response.writeHead(200, {
      "content-type": "application/octet-stream",
      "content-disposition": "attachment; filename=x",
    });
    response.end(Buffer.alloc(CHUNK_BYTES));
  },
  "redirect-loop": (request, response) => {
    response.writeHead(302, { location: `${request.url}x` });
    response.end();
  },
  "endless-body": (_request, response) => {
    response.writeHead(200, { "content-type": "text/html" });
    const timer = setInterval(() => response.write(`<p class="row">${"x".repeat(CHUNK_BYTES)}</p>`), CHUNK_EVERY_MS);
    response.once("close", () => clearInterval(timer));
  },
  "memory-hog": html(`<script>
const kept = [];
const grow = () => { for (let i = 0; i < 4; i++) kept.push(new Uint8Array(16 << 20).fill(kept.length + 1)); setTimeout(grow, 10); };
grow();
</script>`),
};
