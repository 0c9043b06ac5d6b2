/**
 * The worker's settings in a plan: the same proportions as in production, in seconds for minutes, so that a dead container's
 * jobs are free while the plan still runs. `docs/configuration.md` says what each is.
 */
export const COMPRESSED_TIME: Readonly<Record<string, string>> = {
  SUBLET_LEASE_MS: "3000",
  SUBLET_RENEWAL_MS: "700",
  SUBLET_VISIBILITY_SECONDS: "3",
  SUBLET_DRAIN_MARGIN_MS: "2500",
  SUBLET_REFILL_POLL_MS: "200",
  SUBLET_AGEING_MS: "3000",
  SUBLET_MAX_SLOTS: "4",
  SUBLET_PRISTINE_DEFAULT: "1",
  SUBLET_OPEN_DEADLINE_MS: "5000",
  SUBLET_CLOSE_DEADLINE_MS: "2000",
};

/** What the queues hide a message for before a container has it in hand: 90 minutes in the template. */
export const QUEUE_VISIBILITY_SECONDS = 15;

/** Contexts that a container keeps ready when it rests. */
export const PRISTINE = Number(COMPRESSED_TIME["SUBLET_PRISTINE_DEFAULT"]);
