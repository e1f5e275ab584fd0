import { expect, test } from "vitest";
import { countEach, renderCounts, total } from "../src/count.ts";
import { median, medianRatio } from "../src/measure.ts";
import { judge, renderTable, type Row } from "../src/row.ts";

function row(value: number, target?: Row["target"]): Row {
  return { scenario: "B", what: "something", value, unit: "×", target, detail: "how" };
}

test("a verdict includes the target itself", () => {
  expect(judge(row(1.3, { at: "most", value: 1.3 }))).toBe("met");
  expect(judge(row(1.31, { at: "most", value: 1.3 }))).toBe("missed");
  expect(judge(row(0.95, { at: "least", value: 0.95 }))).toBe("met");
  expect(judge(row(0.94, { at: "least", value: 0.95 }))).toBe("missed");
  expect(judge(row(7))).toBe("");
});

test("medians of odd and even many, and ratios by round", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(() => median([])).toThrow("nothing");
  // The second round was slow for both: the ratio of the medians would be 1.5.
  expect(medianRatio([2, 20, 3], [1, 10, 2])).toBe(2);
});

test("counts add up over both sides", () => {
  const counts = countEach(["rbd", "far rbd", "rbd", "ssh", "ceph"]);
  expect(counts).toEqual({ rbd: 2, "far rbd": 1, ssh: 1, ceph: 1 });
  expect(total(counts, ["rbd", "rados", "ssh"])).toBe(4);
  expect(renderCounts(counts, 2)).toBe("rbd 1.00, far rbd 0.50, ssh 0.50, ceph 0.50");
});

test("the table shows target and verdict side by side", () => {
  const table = renderTable([row(1.2, { at: "most", value: 1.3 }), row(14)]);
  expect(table).toBe(`   WHAT       MEASURED  TARGET         HOW
B  something  1.20 ×    ≤ 1.30 ×  met  how
B  something  14 ×                     how
`);
});
