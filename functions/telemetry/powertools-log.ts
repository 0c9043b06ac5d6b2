import { Logger } from "@aws-lambda-powertools/logger";

import { boundedDetails, type Log, type LogDetails } from "../core/logging/log.ts";

/** A log on Powertools' Logger: one JSON line for each call, with the container in all of them. */
export function createLog(options: {
  readonly level: "DEBUG" | "INFO" | "WARN" | "ERROR";
  readonly container: string;
}): Log {
  const logger = new Logger({
    serviceName: "sublet-worker",
    logLevel: options.level,
    persistentKeys: { container: options.container },
  });
  const extra = (details: LogDetails | undefined) => (details === undefined ? {} : boundedDetails(details));
  return {
    debug: (message, details) => logger.debug(message, extra(details)),
    info: (message, details) => logger.info(message, extra(details)),
    warn: (message, details) => logger.warn(message, extra(details)),
    error: (message, details) => logger.error(message, extra(details)),
  };
}
