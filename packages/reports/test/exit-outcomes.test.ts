import type { ImageVerification, RecountOutcome, VerificationOutcome } from "@backurne/model";
import { expect, test } from "vitest";
import { exitCodeOfRecount, exitCodeOfVerification } from "../src/index.ts";

const image = (outcome: VerificationOutcome): ImageVerification => ({
  reference: outcome,
  image: outcome,
  outcome,
  bytes: 0,
  milliseconds: 0,
  ranges: [],
});

test.each<[readonly VerificationOutcome[], number, number]>([
  [[], 0, 0],
  [["same"], 0, 0],
  [["not shared"], 0, 3],
  [["same", "different"], 13, 13],
  [["not verifiable"], 3, 3],
  [["failed", "same"], 3, 3],
  [["failed", "different"], 13, 13],
  [["held", "same"], 0, 0],
  [["held", "held"], 11, 11],
  [["interrupted", "different"], 130, 130],
])("%j: %i, of one that was named %i", (outcomes, exit, named) => {
  const report = { images: outcomes.map(image), failures: [] };
  expect(exitCodeOfVerification(report, false)).toBe(exit);
  expect(exitCodeOfVerification(report, true)).toBe(named);
});

test("what could not be listed is a failure", () => {
  const failures = [{ about: "rook", message: "ssh: connection refused" }];
  expect(exitCodeOfVerification({ images: [image("same")], failures }, false)).toBe(3);
});

test.each<[readonly RecountOutcome[], number]>([
  [[], 0],
  [["unchanged", "left alone", "to apply"], 0],
  [["applied", "held"], 0],
  [["held", "held"], 11],
  [["applied", "failed", "held"], 3],
])("counts %j: %i", (outcomes, exit) => {
  const images = outcomes.map((outcome) => ({ reference: outcome, image: outcome, outcome, profiles: [] }));
  expect(exitCodeOfRecount({ images, failures: [] })).toBe(exit);
  expect(exitCodeOfRecount({ images, failures: [{ about: "rook", message: "ssh: connection refused" }] })).toBe(3);
});
