import { expect, test } from "vitest";
import {
  formatBytes,
  formatClock,
  formatLocalTime,
  formatOf,
  formatPart,
  formatRate,
  formatRatio,
  formatShortBytes,
  formatSpan,
  formatUtcClock,
} from "../src/index.ts";

const KIB = 1024;
const GIB = KIB ** 3;

test.each([
  [0, "0 B", "0"],
  [1, "1 B", "1"],
  [1023, "1023 B", "1023"],
  [1024, "1.0 KiB", "1.0K"],
  [KIB * 1023.6, "1.0 MiB", "1.0M"],
  [410 * KIB ** 2, "410 MiB", "410M"],
  [1.2 * GIB, "1.2 GiB", "1.2G"],
  [9.96 * GIB, "10 GiB", "10G"],
  [31 * GIB, "31 GiB", "31G"],
  [1.1 * KIB * GIB, "1.1 TiB", "1.1T"],
  [2 ** 63, "8.0 EiB", "8.0E"],
])("%d bytes", (bytes, long, short) => {
  expect(formatBytes(bytes)).toBe(long);
  expect(formatShortBytes(bytes)).toBe(short);
});

test.each([
  [430_000_000, 132_000_000, "3.3:1"],
  [1, 13, "0.1:1"],
  [2 ** 30, 2 ** 20, "1024:1"],
  [5, 0, "5.0:1"],
])("%d bytes in %d", (bytes, wire, text) => expect(formatRatio(bytes, wire)).toBe(text));

test("a part of a whole is in the unit of the whole", () => {
  expect(formatPart(1.2 * GIB, 3.4 * GIB)).toBe("1.2/3.4 GiB");
  expect(formatPart(0, 40 * GIB)).toBe("0/40 GiB");
  expect(formatOf(44 * GIB, 146 * GIB)).toBe("44 of ~146 GiB");
});

test.each([
  [0, "0 B/s"],
  [999, "999 B/s"],
  [61_000_000, "61 MB/s"],
  [999_600, "1.0 MB/s"],
  [2_200_000_000, "2.2 GB/s"],
])("%d bytes a second", (rate, text) => expect(formatRate(rate)).toBe(text));

test.each([
  [36_000, "0:36"],
  [59_600, "1:00"],
  [740_000, "12:20"],
  [3_723_000, "1:02:03"],
])("%d ms on a clock", (time, text) => expect(formatClock(time)).toBe(text));

test.each([
  [-5, "0 s"],
  [40_000, "40 s"],
  [12 * 60_000, "12 min"],
  [60 * 60_000, "1 h"],
  [100 * 60_000, "1 h 40 min"],
  [26 * 3_600_000, "26 h"],
  [21.5 * 86_400_000, "21 d"],
])("%d ms in words", (time, text) => expect(formatSpan(time)).toBe(text));

test("times are shown on the clock of a zone", () => {
  expect(formatLocalTime("2026-10-31T00:00:03.5Z", "Europe/Berlin")).toBe("2026-10-31 01:00:03");
  expect(formatLocalTime(Date.UTC(2026, 0, 1), "UTC")).toBe("2026-01-01 00:00:00");
  expect(formatUtcClock("2026-10-31T00:00:03.5Z")).toBe("00:00:03Z");
});
