import { PROFILES, type Profile } from "../core/job/job-message.ts";
import type { BackgroundWork } from "./background-work.ts";
import type { BrowserSettings } from "./browser-settings.ts";
import type { PooledBrowser } from "./pooled-browser.ts";
import type { PooledContext } from "./pooled-context.ts";

/** Few at once: refilling competes with the jobs for the CPU. */
const CONCURRENCY = 2;

/** Takes a context that was made ahead for this profile. It is its new holder's alone, and no tenant's before. */
export function takePristine(browser: PooledBrowser, profile: Profile): PooledContext | undefined {
  for (const context of browser.contexts) {
    if (context.state.kind !== "pristine" || context.profile !== profile || !context.isSound) continue;
    context.state = { kind: "leased" };
    return context;
  }
  return undefined;
}

export interface PristineRefillOptions {
  readonly settings: BrowserSettings;
  readonly work: BackgroundWork;
  /** The browser to open them in; undefined when none may be opened now. */
  readonly browser: () => PooledBrowser | undefined;
  readonly onOpened: () => void;
  /** Whether leases wait for a context: they come first. */
  readonly areLeasesWaiting: () => boolean;
}

/** A context that is being opened to be kept ready, or for the lease that has adopted it since. */
interface UnderWay {
  readonly browser: PooledBrowser;
  readonly profile: Profile;
  purpose: "pristine" | "leased";
  readonly opened: Promise<PooledContext>;
}

/** Keeps as many pristine contexts ready as the settings say. */
export class PristineRefill {
  readonly #options: PristineRefillOptions;
  readonly #underWay = new Set<UnderWay>();

  constructor(options: PristineRefillOptions) {
    this.#options = options;
  }

  /** Opens what is missing, in the background. Cheap when nothing is. */
  refill(): void {
    const browser = this.#options.browser();
    if (browser?.state.kind !== "live" || this.#options.areLeasesWaiting()) return;
    for (const profile of PROFILES) {
      while (this.#underWay.size < CONCURRENCY && this.#missing(browser, profile) > 0) this.#openOne(browser, profile);
    }
  }

  /** One that is being opened already, for a lease: sooner there than another. Rejects as `PooledBrowser.open` does. */
  adopt(browser: PooledBrowser, profile: Profile): Promise<PooledContext> | undefined {
    for (const one of this.#underWay) {
      if (one.browser !== browser || one.profile !== profile) continue;
      one.purpose = "leased";
      this.#underWay.delete(one);
      return one.opened;
    }
    return undefined;
  }

  #missing(browser: PooledBrowser, profile: Profile): number {
    let missing = this.#options.settings.pristine[profile];
    for (const context of browser.contexts) {
      if (context.state.kind === "pristine" && context.profile === profile && context.isSound) missing -= 1;
    }
    for (const one of this.#underWay) if (one.browser === browser && one.profile === profile) missing -= 1;
    return missing;
  }

  #openOne(browser: PooledBrowser, profile: Profile): void {
    const one: UnderWay = {
      browser,
      profile,
      purpose: "pristine",
      opened: browser.open(profile, () => one.purpose),
    };
    this.#underWay.add(one);
    this.#options.work.run("opening a pristine context", async () => {
      try {
        const context = await one.opened;
        if (one.purpose === "pristine" && this.#options.browser() !== browser) await browser.shut(context);
      } catch (error) {
        // One that the browser's own end cut short is missed by nobody; of an adopted one the lease hears.
        if (browser.state.kind === "live" && one.purpose === "pristine") throw error;
      } finally {
        this.#underWay.delete(one);
      }
      // Not after a failure: the next lease is soon enough to try again.
      this.#options.onOpened();
      this.refill();
    });
  }
}
