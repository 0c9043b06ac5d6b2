import { expect, test } from "vitest";

import { RequestFilter } from "../../../../functions/browser/cdp/request-filter.ts";

const request = (resourceType: string) => ({
  requestId: "r1",
  resourceType,
  request: { headers: { "Sec-CH-UA": "old" } },
});
const ROUTE_ALL = {
  id: 7,
  method: "Fetch.enable",
  params: { handleAuthRequests: true, patterns: [{ urlPattern: "*" }] },
};

test("a blocked type fails, another goes on, and nobody else is asked", () => {
  const filter = new RequestFilter();
  expect(filter.block(["Image"])).toEqual({
    method: "Fetch.enable",
    params: { patterns: [{ resourceType: "Image", requestStage: "Request" }] },
  });
  expect(filter.decide(request("Image"))).toEqual([
    { method: "Fetch.failRequest", params: { requestId: "r1", errorReason: "BlockedByClient" } },
  ]);
  expect(filter.decide(request("Script"))).toEqual([{ method: "Fetch.continueRequest", params: { requestId: "r1" } }]);
});

test("Playwright's patterns and the policy's stand together, and each goes without the other", () => {
  const filter = new RequestFilter();
  filter.block(["Font"]);
  const patterns = [{ urlPattern: "*" }, { resourceType: "Font", requestStage: "Request" }];
  expect(filter.route(ROUTE_ALL)).toEqual({ ...ROUTE_ALL, params: { handleAuthRequests: true, patterns } });
  // What the policy doesn't block is Playwright's to decide.
  expect(filter.decide(request("Script"))).toBeUndefined();
  expect(filter.decide(request("Font"))?.[0]?.method).toBe("Fetch.failRequest");
  expect(filter.route({ id: 8, method: "Fetch.disable" })).toEqual({
    id: 8,
    method: "Fetch.enable",
    params: { patterns: [patterns[1]] },
  });
  expect(filter.block([])).toEqual({ method: "Fetch.disable", params: {} });
});

test("a response that Playwright stopped isn't taken for a request", () => {
  const filter = new RequestFilter();
  filter.block(["Image"]);
  filter.route(ROUTE_ALL);
  expect(filter.decide({ ...request("Image"), responseStatusCode: 200 })).toBeUndefined();
});

test("a correction holds for one document, and only for headers that the request has", () => {
  const filter = new RequestFilter();
  filter.correctNextDocument(
    new Map([
      ["sec-ch-ua", "new"],
      ["sec-ch-ua-mobile", "?0"],
    ]),
  );
  expect(filter.decide(request("Document"))).toEqual([
    {
      method: "Fetch.continueRequest",
      params: { requestId: "r1", headers: [{ name: "Sec-CH-UA", value: "new" }] },
    },
    { method: "Fetch.disable", params: {} },
  ]);
  expect(filter.decide(request("Document"))).toEqual([
    { method: "Fetch.continueRequest", params: { requestId: "r1" } },
  ]);
});
