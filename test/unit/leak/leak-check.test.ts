import { describe, expect, it } from "vitest";

import { leaks, TOLERANCES, type Figure, type RestingFigures } from "../../system/leak/leak-check.ts";

const FIRST: RestingFigures = {
  heapMiB: 60,
  pssMiB: 800,
  processes: 20,
  handles: 600,
  tempEntries: 200,
  tempMiB: 10,
};

describe("the leak check", () => {
  it("finds nothing where nothing has grown, or has shrunk", () => {
    expect(leaks(FIRST, FIRST)).toEqual([]);
    expect(leaks(FIRST, { ...FIRST, pssMiB: 1, processes: 1 })).toEqual([]);
  });

  it.each(Object.keys(TOLERANCES) as Figure[])("tolerates a little more of %s, and names what is over it", (figure) => {
    const { factor, more } = TOLERANCES[figure];
    const limit = FIRST[figure] * factor + more;
    expect(leaks(FIRST, { ...FIRST, [figure]: limit })).toEqual([]);
    const found = leaks(FIRST, { ...FIRST, [figure]: limit + 1 });
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(figure);
  });
});
