import { randomFrom } from "../../examples/shop/random.ts";
import type { SiteTrouble } from "../load/site.ts";
import type { Fault } from "./fault.ts";

/** The site fails a share of its requests for a while. */
function siteFault(name: string, doc: string, does: NonNullable<ReturnType<SiteTrouble>>): Fault {
  return {
    name,
    doc,
    inject(target, random) {
      const ratio = random.int(10, 40) / 100;
      const afterMs = random.int(800, 2_500);
      const draw = randomFrom(random.int(0, 2 ** 31 - 1));
      const end = target.site(() => (draw.chance(ratio) ? does : undefined));
      return {
        what: `${ratio * 100} % of the site's answers for ${afterMs} ms`,
        hit: true,
        end: { afterMs, now: end },
      };
    },
  };
}

export const SITE_FAULTS: readonly Fault[] = [
  siteFault("site-unavailable", "The site answers 503 for a while.", "unavailable"),
  siteFault("site-reset", "The site resets connections for a while.", "reset"),
  siteFault("site-slow", "The site is slower by seconds for a while.", { slowMs: 1_500 }),
];
