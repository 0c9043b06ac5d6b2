import { readdirSync, readFileSync, readlinkSync } from "node:fs";

import type { ContainerView } from "../../local/runtime/container.ts";
import { processTree } from "../../local/runtime/process-tree.ts";

/** What a process of a container is: the worker itself, Chromium's own, by the names it gives them, or the zygotes' kinds. */
export type ProcessKind = "worker" | "browser" | "renderer" | "gpu" | "network" | "zygote" | "other";

export interface ContainerProcess {
  readonly pid: number;
  readonly kind: ProcessKind;
  readonly parentPid: number;
  /** Stopped by a signal. */
  readonly stopped: boolean;
}

/** Every living process of a container. One pass over /proc. */
export function processesOf(container: ContainerView): ContainerProcess[] {
  return processTree(container.temporaryDirectory, container.pid).map(({ pid }) => {
    const { parentPid, state } = statOf(pid);
    return { pid, kind: kindOf(pid, container), parentPid, stopped: state === "T" };
  });
}

/** Zombies that a container's worker hasn't reaped. One of Chromium's own children goes when that browser does. */
export function zombiesOf(container: ContainerView): number {
  return listPids().filter((pid) => {
    const { state, parentPid } = statOf(pid);
    return state === "Z" && parentPid === container.pid;
  }).length;
}

/** Sends a signal to each that still lives. */
export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended meanwhile.
    }
  }
}

/** The container whose process has the other end of a loopback connection open; undefined where it has gone. */
export function connectionOwner(
  containers: readonly ContainerView[],
  clientPort: number,
  serverPort: number,
): ContainerView | undefined {
  const inode = socketInode(clientPort, serverPort);
  if (inode === undefined) return undefined;
  const name = `socket:[${inode}]`;
  return containers.find((container) =>
    processesOf(container)
      .filter(({ kind }) => kind === "network" || kind === "browser")
      .some(({ pid }) => hasOpen(pid, name)),
  );
}

function kindOf(pid: number, container: ContainerView): ProcessKind {
  if (pid === container.pid) return "worker";
  const commandLine = read(pid, "cmdline").replaceAll("\0", " ");
  const type = /--type=(\S+)/u.exec(commandLine)?.[1];
  if (type === undefined) return /^\S*chrom/u.test(commandLine) ? "browser" : "other";
  if (type === "utility") return commandLine.includes("network.mojom") ? "network" : "other";
  if (type === "gpu-process") return "gpu";
  return type === "renderer" || type === "zygote" ? type : "other";
}

/** The fifth column is the state, the tenth the inode. See proc_net_tcp(5). */
function socketInode(clientPort: number, serverPort: number): string | undefined {
  const hex = (port: number) => `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const lines = readFileSync("/proc/net/tcp", "latin1").split("\n");
  const line = lines.find((text) => text.includes(` ${hex(clientPort)} ${hex(serverPort)} `));
  const inode = line?.trim().split(/\s+/u)[9];
  return inode === "0" ? undefined : inode;
}

function hasOpen(pid: number, name: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => linkOf(pid, fd) === name);
  } catch {
    return false;
  }
}

function linkOf(pid: number, fd: string): string {
  try {
    return readlinkSync(`/proc/${pid}/fd/${fd}`);
  } catch {
    return "";
  }
}

function statOf(pid: number): { readonly state: string; readonly parentPid: number } {
  const stat = read(pid, "stat");
  const [state = "", parentPid = "0"] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { state, parentPid: Number(parentPid) };
}

function listPids(): number[] {
  return readdirSync("/proc").flatMap((entry) => (/^\d+$/u.test(entry) ? [Number(entry)] : []));
}

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1");
  } catch {
    return "";
  }
}
