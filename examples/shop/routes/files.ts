import { makeStaticFiles } from "../static-files.ts";
import type { ShopApp, ShopContext } from "../shop-context.ts";

/** Stylesheet, script, font, pictures and sounds: cacheable for an hour and checked by ETag. */
export function fileRoutes(app: ShopApp, { index }: ShopContext): void {
  const fileAt = makeStaticFiles(index);
  app.on("GET", ["/assets/*", "/images/*", "/media/*"], (c) => {
    const file = fileAt(c.req.path);
    if (file === null) return c.text("Not found", 404);
    const headers = { ETag: file.etag, "Cache-Control": "public, max-age=3600" };
    const held = new Set((c.req.header("If-None-Match") ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, "")));
    if (held.has(file.etag) || held.has("*")) return c.body(null, 304, headers);
    return c.body(typeof file.body === "string" ? file.body : new Uint8Array(file.body), 200, {
      ...headers,
      "Content-Type": file.type,
    });
  });
}
