/**
 * The rungs of the ladder, best first. `zygote` forks each renderer from a warmed process: a context costs 50 ms and
 * 14 MiB with it, 80 ms and 21 MiB without (measured). `one-slot` is for an environment where contexts can't share a
 * browser: one at a time, and a new browser for each tenant.
 */
export const RUNGS = ["zygote", "no-zygote", "one-slot"] as const;
export type Rung = (typeof RUNGS)[number];

export interface LaunchArgument {
  readonly argument: string;
  readonly reason: string;
  /** `full`: headless shell, which the layer ships, doesn't have it; it is for a full Chrome put in its place. */
  readonly build?: "full";
}

/**
 * Arguments that no launch may hold: they let tenants see each other, or one tenant's page read other sites.
 * @sparticuz/chromium's own list holds the first four.
 */
export const FORBIDDEN_ARGUMENTS = [
  "--single-process",
  "--disable-web-security",
  "--disable-site-isolation-trials",
  "--allow-running-insecure-content",
  "--remote-debugging-port",
  "--remote-allow-origins",
] as const;

/** Off by feature. Source of the first three: playwright-core 1.65.1, chromiumSwitches.ts; it relies on them. */
const DISABLED_FEATURES = [
  // A beforeunload check that runs in the middle of a navigation would race Playwright's own.
  "AvoidUnnecessaryBeforeUnloadCheckSync",
  // A paused request is continued with its own headers, and a redirect of it must not fail on `origin`.
  "BlockOriginHeaderModificationOnRedirect",
  // The first paint isn't held back, so a screenshot taken early isn't blank.
  "PaintHolding",
  // Pages that nobody asked for cost CPU-seconds.
  "Prerender2",
  // Full builds only: what calls home or shows a surface that nobody sees.
  "HttpsUpgrades",
  "MediaRouter",
  "OptimizationHints",
  "Translate",
] as const;

const COMMON: readonly LaunchArgument[] = [
  { argument: "--headless", reason: "No display in a container." },
  {
    argument: "--remote-debugging-pipe",
    reason: "Control by fds 3 and 4: no port that a page or a neighbour can reach.",
  },
  {
    argument: "--no-sandbox",
    reason: "Lambda allows neither user namespaces nor setuid; the container is the boundary.",
  },
  { argument: "--disable-dev-shm-usage", reason: "Lambda has no /dev/shm; shared memory goes to TMPDIR." },

  { argument: "--disable-breakpad", reason: "No crash handler process, and no dump that fills /tmp." },
  { argument: "--disable-crash-reporter", reason: "Likewise, under its newer name." },
  { argument: "--disable-field-trial-config", reason: "No experiments: each launch behaves alike." },
  { argument: "--disable-quic", reason: "UDP passes by a proxy and by egress rules; TCP only." },
  {
    argument: "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    reason: "WebRTC neither tells a page this machine's addresses nor opens sockets past the egress rules.",
  },
  {
    argument: "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    reason: "Likewise, under the name that newer builds read.",
  },

  {
    argument: "--disable-background-timer-throttling",
    reason: "Every page but one is in the background; its timers run.",
  },
  {
    argument: "--disable-backgrounding-occluded-windows",
    reason: "Likewise its painting: rAF, screenshots, screencast.",
  },
  { argument: "--disable-renderer-backgrounding", reason: "Likewise its process's priority." },
  {
    argument: "--disable-back-forward-cache",
    reason: "A page left behind would keep its memory, and its requests would pass unseen.",
  },
  { argument: "--disable-hang-monitor", reason: "A busy renderer isn't taken for hung; deadlines are ours." },
  { argument: "--disable-ipc-flooding-protection", reason: "Fast automation isn't slowed down as if it were a flood." },
  { argument: "--allow-pre-commit-input", reason: "A click right after a navigation isn't dropped." },

  { argument: "--hide-scrollbars", reason: "They aren't part of a screenshot." },
  { argument: "--mute-audio", reason: "Nobody listens; no audio is mixed." },
  { argument: "--force-color-profile=srgb", reason: "The same colours in each screenshot." },
  { argument: "--font-render-hinting=none", reason: "The same glyph widths at each scale, in pages and PDFs." },
  { argument: "--enable-unsafe-swiftshader", reason: "WebGL without a GPU: a page that asks for it gets it." },
  {
    argument: "--blink-settings=primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4",
    reason: "A mouse that can hover, as on a desktop; mobile contexts override it.",
  },
  { argument: "--enable-features=CDPScreenshotNewSurface", reason: "Screenshots of background pages don't hang." },
  { argument: `--disable-features=${DISABLED_FEATURES.join(",")}`, reason: "See the list." },

  { argument: "--disable-background-networking", reason: "The browser makes no requests of its own.", build: "full" },
  { argument: "--disable-client-side-phishing-detection", reason: "Likewise.", build: "full" },
  { argument: "--disable-component-update", reason: "Likewise.", build: "full" },
  { argument: "--disable-default-apps", reason: "Likewise.", build: "full" },
  { argument: "--disable-domain-reliability", reason: "Likewise.", build: "full" },
  { argument: "--disable-extensions", reason: "Nothing runs beside the tenants.", build: "full" },
  { argument: "--disable-popup-blocking", reason: "A strategy's popup opens, in its own context.", build: "full" },
  { argument: "--disable-sync", reason: "No account.", build: "full" },
  { argument: "--metrics-recording-only", reason: "Nothing is reported.", build: "full" },
  { argument: "--no-default-browser-check", reason: "No first-run surface.", build: "full" },
  { argument: "--no-first-run", reason: "Likewise.", build: "full" },
  { argument: "--no-pings", reason: "No hyperlink auditing.", build: "full" },
  { argument: "--no-startup-window", reason: "No page outside a lease.", build: "full" },
  { argument: "--password-store=basic", reason: "No keyring.", build: "full" },
];

const NO_ZYGOTE: LaunchArgument = {
  argument: "--no-zygote",
  reason: "Where forking from a warmed process is refused, each process starts afresh.",
};

const BY_RUNG: Readonly<Record<Rung, readonly LaunchArgument[]>> = {
  zygote: [],
  "no-zygote": [NO_ZYGOTE],
  "one-slot": [
    NO_ZYGOTE,
    { argument: "--in-process-gpu", reason: "As few processes as keep a tenant's pages out of the browser's own." },
  ],
};

/** The whole command line of a rung, without the program. Nothing is added elsewhere. */
export function launchArguments(rung: Rung, userDataDir: string): readonly string[] {
  return [...launchArgumentTable(rung).map(({ argument }) => argument), `--user-data-dir=${userDataDir}`];
}

/** The same with the reason for each argument. */
export function launchArgumentTable(rung: Rung): readonly LaunchArgument[] {
  return [...COMMON, ...BY_RUNG[rung]];
}
