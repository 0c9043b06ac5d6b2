import { EventEmitter } from "node:events";

import { expect, test } from "vitest";

import { listenerSnapshot } from "../../../functions/browser/listener-snapshot.ts";

test("takes away who came later and leaves who was there", () => {
  const emitter = new EventEmitter();
  const heard: string[] = [];
  emitter.on("crash", () => heard.push("own"));
  const snapshot = listenerSnapshot([emitter]);
  emitter.on("crash", () => heard.push("tenant"));
  emitter.once("response", () => heard.push("tenant"));
  snapshot.restore();
  emitter.emit("crash");
  emitter.emit("response");
  expect(heard).toEqual(["own"]);
});
