import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { onTestFinished } from "vitest";

/** Tells the site that the trouble begins: by then the script is sure to be running. */
const BEGUN = `const begun = new XMLHttpRequest(); begun.open("POST", "/begun", false); begun.send();`;
const page = (script: string, body = "") =>
  `<!doctype html><title>hostile</title><body>${body}<script>setTimeout(() => { ${script} }, 0)</script>`;

/** 80 lines in each 50 ms, sixty times. */
const TALK = `let said = 0;
const timer = setInterval(() => {
  for (let line = 0; line < 80; line += 1) console.log("row", said, { line });
  said += 1;
  if (said === 60) { clearInterval(timer); done(); }
}, 50);`;

const CHUNK = Buffer.alloc(16_384, "<p>more and more</p>");
const CHUNK_EVERY_MS = 10;
const TWO_GB = 2 * 1024 ** 3;

const PAGES: Readonly<Record<string, string>> = {
  "/endless-loop": page(`${BEGUN} for (;;);`),
  "/dialogs": page(`${BEGUN} for (;;) { alert(1); confirm(2); prompt(3); }`),
  "/stays": page(
    `addEventListener("beforeunload", (event) => { event.preventDefault(); event.returnValue = "stay"; }); ${BEGUN}`,
    "<button>x</button>",
  ),
  "/popups": page(
    `let opened = 0; setInterval(() => { open("/quiet"); opened += 1; if (opened === 30) { ${BEGUN} } }, 1);`,
  ),
  "/hidden-popups": page(
    `let opened = 0; setInterval(() => { open("/quiet", "_blank", "noopener"); opened += 1; if (opened === 30) { ${BEGUN} } }, 1);`,
  ),
  "/popup-loop": page(`${BEGUN} for (;;) open("/quiet");`),
  "/console": page(`${BEGUN} for (;;) console.log("x".repeat(500), { a: 1 });`),
  "/errors": page(
    `${BEGUN} setInterval(() => { for (let i = 0; i < 500; i += 1) reportError(new Error("again")); }, 1);`,
  ),
  "/frames": page(`${BEGUN} for (let i = 0; i < 2000; i += 1) document.body.append(document.createElement("iframe"));`),
  "/hangs-on-close": page(
    `for (const event of ["pagehide", "unload", "visibilitychange", "freeze"]) addEventListener(event, () => { for (;;); }); ${BEGUN}`,
  ),
  "/talkative": page(`const done = () => { document.title = "done"; }; ${TALK}`),
  "/talkative-frames": page(
    `let left = 2; window.done = () => { left -= 1; if (left === 0) document.title = "done"; };
    for (const name of ["one", "two"]) document.body.append(Object.assign(document.createElement("iframe"), { name, src: "/talkative-frame" }));`,
  ),
  "/talkative-frame": page(`const done = () => parent.done(); ${TALK}`),
  "/talkative-worker": page(`new Worker("/talkative-worker.js").onmessage = () => { document.title = "done"; };`),
  "/talkative-worker.js": `const done = () => postMessage("done"); ${TALK}`,
  "/quiet": "<!doctype html><title>quiet</title>",
};

export interface HostileSite {
  readonly origin: string;
  /** Settles when the page that was last asked for is up to its trouble. */
  begun(): Promise<void>;
  /** Bodies that are still being sent. */
  readonly streams: number;
  readonly sentBytes: number;
}

/** A site on loopback whose every page means harm but `/quiet` and those that only talk too much. */
export async function openHostileSite(): Promise<HostileSite> {
  let begun = Promise.withResolvers<void>();
  let streams = 0;
  let sentBytes = 0;
  const stream = (response: ServerResponse) => {
    streams += 1;
    begun.resolve();
    // Paced: what is shown is that it ends, not how much a machine can swallow.
    const timer = setInterval(() => {
      sentBytes += CHUNK.length;
      response.write(CHUNK);
    }, CHUNK_EVERY_MS);
    response.once("close", () => {
      streams -= 1;
      clearInterval(timer);
    });
  };
  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    response.setHeader("content-type", path.endsWith(".js") ? "text/javascript" : "text/html");
    switch (path) {
      case "/begun":
        begun.resolve();
        response.end();
        return;
      case "/endless-body":
        stream(response);
        return;
      case "/two-gigabytes":
        response.setHeader("content-length", TWO_GB);
        stream(response);
        return;
      case "/redirects":
        begun.resolve();
        response.writeHead(302, { location: "/redirects" }).end();
        return;
      case "/download":
        response.setHeader("content-type", "application/octet-stream");
        response.setHeader("content-disposition", "attachment; filename=loot.bin");
        begun.resolve();
        response.end(Buffer.alloc(1_000_000, "loot"));
        return;
      default:
        response.end(PAGES[path] ?? "");
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    begun: async () => {
      await begun.promise;
      begun = Promise.withResolvers();
    },
    get streams() {
      return streams;
    },
    get sentBytes() {
      return sentBytes;
    },
  };
}
