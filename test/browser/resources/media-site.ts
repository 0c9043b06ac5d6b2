import type { LoggedSite } from "../logged-site.ts";
import { openLoggedSite } from "../logged-site.ts";

const GIF = Buffer.from("R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==", "base64");
const HOUR = { "cache-control": "max-age=3600" };
const image = { type: "image/gif", body: GIF, headers: HOUR };

/** One resource of each kind, each in several ways, in a page, in a frame of another site and in a popup. */
export const IMAGES = [
  "/img.gif",
  "/background.gif",
  "/by-script.gif",
  "/srcset.gif",
  "/poster.gif",
  "/favicon.gif",
  "/preload.gif",
  "/input.gif",
  "/svg-image.gif",
] as const;
export const FONTS = ["/web-font.woff2"] as const;
export const MEDIA = ["/video.mp4", "/audio.mp3"] as const;
export const TEXT = ["/style.css", "/script.js", "/list.json"] as const;

function page(prefix: string, more = ""): string {
  return `<!doctype html><title>${prefix}</title>
    <link rel="icon" href="${prefix}/favicon.gif"><link rel="preload" as="image" href="${prefix}/preload.gif">
    <link rel="stylesheet" href="${prefix}/style.css"><div class="background">text in the web font</div>
    <img src="${prefix}/img.gif"><img srcset="${prefix}/srcset.gif 1x"><input type="image" src="${prefix}/input.gif">
    <svg width="1" height="1"><image href="${prefix}/svg-image.gif" width="1" height="1"/></svg>
    <video poster="${prefix}/poster.gif" src="${prefix}/video.mp4" preload="auto"></video>
    <audio src="${prefix}/audio.mp3" preload="auto"></audio>${more}
    <script src="${prefix}/script.js"></script>`;
}

/** Shows when everything that the page asks for is answered or refused. */
function script(prefix: string): string {
  return `window.settled = (async () => {
    const late = new Image();
    const image = new Promise((resolve) => { late.onload = late.onerror = resolve; });
    late.src = "${prefix}/by-script.gif";
    const media = [...document.querySelectorAll("video, audio")].map((element) => new Promise((resolve) => {
      if (element.error || element.readyState > 0) resolve();
      element.onerror = element.onloadedmetadata = resolve;
    }));
    await Promise.all([image, ...media, fetch("${prefix}/list.json"), document.fonts.load("16px Web").catch(() => {})]);
    if (document.readyState !== "complete") await new Promise((resolve) => addEventListener("load", resolve));
  })();`;
}

function style(prefix: string): string {
  return `@font-face { font-family: Web; src: url("${prefix}/web-font.woff2"); }
    .background { font-family: Web; background-image: url("${prefix}/background.gif"); }`;
}

const PREFIXES = ["/top", "/frame", "/popup"] as const;

export async function openMediaSite(): Promise<LoggedSite> {
  return openLoggedSite(({ otherOrigin }) => {
    const frame = `<iframe src="${otherOrigin}/frame"></iframe>`;
    const answers = PREFIXES.map((prefix) => ({
      [prefix]: { type: "text/html", body: page(prefix, prefix === "/top" ? frame : "") },
      [`${prefix}/style.css`]: { type: "text/css", body: style(prefix), headers: HOUR },
      [`${prefix}/script.js`]: { type: "text/javascript", body: script(prefix), headers: HOUR },
      [`${prefix}/list.json`]: { type: "application/json", body: "[]", headers: HOUR },
      ...Object.fromEntries(IMAGES.map((path) => [prefix + path, image])),
      ...Object.fromEntries(FONTS.map((path) => [prefix + path, { type: "font/woff2", body: "not a font" }])),
      [`${prefix}/video.mp4`]: { type: "video/mp4", body: "not a video" },
      [`${prefix}/audio.mp3`]: { type: "audio/mpeg", body: "not a sound" },
    }));
    return Object.assign({}, ...answers) as (typeof answers)[number];
  });
}

/** These resources in each of the three places. */
export function everywhere(paths: readonly string[]): string[] {
  return PREFIXES.flatMap((prefix) => paths.map((path) => prefix + path)).toSorted();
}
