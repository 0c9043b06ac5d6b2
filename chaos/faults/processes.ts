import { killProcess } from "./kill-process.ts";
import { stopProcess } from "./stop-process.ts";
import type { Fault } from "./fault.ts";

/** Single processes of a container. */
export const PROCESS_FAULTS: readonly Fault[] = [
  killProcess("browser-kill", "browser", "Chromium's main process is killed (SIGKILL), as when memory runs out.", {
    interrupts: true,
  }),
  stopProcess("browser-hang", "browser", "Chromium's main process stops for good and answers nothing (SIGSTOP)."),
  killProcess("renderer-kill", "renderer", "One renderer is killed: one job's page, or a page made ahead.", {
    interrupts: false,
  }),
  stopProcess(
    "renderer-hang",
    "renderer",
    "One renderer stops for good: its page answers nothing, and can't be closed.",
  ),
  killProcess("gpu-kill", "gpu", "Chromium's GPU process is killed; Chromium starts another one.", {
    interrupts: false,
  }),
  killProcess("network-kill", "network", "Chromium's network service is killed: every request under way fails.", {
    interrupts: false,
  }),
  killProcess("zygote-kill", "zygote", "A zygote is killed: no renderer can be started any more.", {
    interrupts: false,
  }),
  killProcess("worker-kill", "worker", "The function's process is killed in the middle of an invocation.", {
    interrupts: true,
  }),
  killProcess(
    "worker-term",
    "worker",
    "The function's process is asked to end (SIGTERM) in the middle of an invocation.",
    {
      interrupts: true,
      signal: "SIGTERM",
    },
  ),
];
