import type { Log } from "../../functions/core/logging/log.ts";

/** Only what says that the figures can't be trusted. */
export const quietLog: Log = {
  debug: () => {},
  info: () => {},
  warn: (message, details) => console.error(`warning: ${message}`, details ?? ""),
  error: (message, details) => console.error(`error: ${message}`, details ?? ""),
};
