import { request } from "node:http";
import { once } from "node:events";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { startSite, type Site, type SiteVisit } from "../../../chaos/load/site.ts";

const visits: SiteVisit[] = [];
let site: Site;

beforeEach(async () => {
  visits.length = 0;
  site = await startSite({ ownerOf: () => "a container", onVisit: (visit) => visits.push(visit) });
  site.serve(new Map([["list", { kind: "list", pages: 2, pageMs: 0, screenshot: false }]]));
});

afterEach(() => site.close());

const page = (number: number, cookie = "") =>
  fetch(`${site.origin}/list?job=list&page=${number}`, { headers: cookie === "" ? {} : { cookie } });

describe("the chaos site", () => {
  it("serves the rows of a list's pages, each named by its job, and gives the job a cookie", async () => {
    const answer = await page(2);
    expect(answer.headers.get("set-cookie")).toContain("job=list");
    expect(await answer.text()).toContain('<li class="row">list/2/0</li>');
    expect((await page(3)).status).toBe(404);
    expect(visits.map(({ job, page: number }) => `${job} ${number}`)).toEqual(["list 2", "list 3"]);
  });

  it("knows whose process asked", async () => {
    await page(1);
    expect(visits[0]?.connection.owner).toBe("a container");
  });

  it("notes another job's cookie, and what a page tells of another job's marks", async () => {
    await page(1, "job=list");
    await page(1, "other=1; job=stranger");
    await fetch(`${site.origin}/foreign?job=list&page=1&saw=neighbour`);
    expect(visits.map(({ foreign }) => foreign)).toEqual([[], ["stranger", "neighbour"]]);
  });

  it("makes the trouble that it is told to make, and then no more", async () => {
    site.trouble(() => "unavailable");
    expect((await page(1)).status).toBe(503);
    site.trouble(() => "reset");
    await expect(page(1)).rejects.toThrow("fetch failed");
    site.trouble(undefined);
    expect((await page(1)).status).toBe(200);
  });

  it("closes although a page never ends", async () => {
    const asked = request(`${site.origin}/trouble/endless-body`).end();
    asked.on("error", () => {});
    const [answer] = await once(asked, "response");
    answer.on("error", () => {});
    answer.resume();
    await once(answer, "data");
    await expect(site.close()).resolves.toBeUndefined();
  });
});
