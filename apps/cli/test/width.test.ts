import { expect, test } from "vitest";
import { renderTable } from "../src/render/table.ts";
import { shortenEnd, shortenMiddle, widthOf, wrapTo } from "../src/render/width.ts";

test.each([
  ["", 0],
  ["web01", 5],
  ["größe", 5],
  ["e\u0301", 1],
  ["数据库", 6],
  ["🦀", 2],
])("%j is %i wide", (text, width) => expect(widthOf(text)).toBe(width));

test.each([
  ["web01", 5, "web01", "web01"],
  ["orders-database", 9, "orde…base", "orders-d…"],
  ["orders-database", 8, "orde…ase", "orders-…"],
  ["数据库数据库", 7, "数…库", "数据库…"],
])("%j in %i", (text, width, middle, end) => {
  expect(shortenMiddle(text, width)).toBe(middle);
  expect(shortenEnd(text, width)).toBe(end);
  expect(widthOf(shortenMiddle(text, width))).toBeLessThanOrEqual(width);
});

test.each([
  ["older than 30 d", 40, ["older than 30 d"]],
  ["older than 30 d", 10, ["older than", "30 d"]],
  ["older than 30 d", 11, ["older than", "30 d"]],
  ["abcdefgh", 3, ["abc", "def", "gh"]],
  ["a bcdefgh", 4, ["a", "bcde", "fgh"]],
])("%j wrapped to %i", (text, width, lines) => expect(wrapTo(text, width)).toEqual(lines));

test("a wrapped reason loses nothing, whatever the width", () => {
  const reason = "31st good daily; its name says 30; older than 30 d; and averyveryverylongwordindeed";
  for (let width = 1; width < 90; width += 1) {
    const lines = wrapTo(reason, width);
    expect(lines.join("").replaceAll(" ", "")).toBe(reason.replaceAll(" ", ""));
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
  }
});

test("a table narrower than it can be is as narrow as it can be", () => {
  const columns = [{ title: "NAME", give: "middle" }, { title: "WHY", give: "wrap" }, { title: "N" }] as const;
  const lines = renderTable(columns, [["a".repeat(50), "b ".repeat(40), "7"]], { width: 10, colours: false });
  expect(Math.max(...lines.map(widthOf))).toBe(12 + 2 + 10 + 2 + 1);
});

test("no cell paints or breaks a line by itself", () => {
  const look = { width: 80, colours: false };
  const cells = ["\u001b[31mred", { text: "a\nb", colour: "red" }] as const;
  expect(renderTable([{ title: "A" }, { title: "B" }], [cells], look)[1]).toBe("\\x1b[31mred  a\\x0ab");
});
