import type { z } from "zod";
import type { Path, Problem } from "./problem.ts";
import type { Source } from "./source.ts";

type Issue = z.core.$ZodIssue;

const names: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a mapping",
  record: "a mapping",
};

/** The words for what no schema has words of its own for. Never the value itself: it may be a secret. */
export const describeIssue: z.core.$ZodErrorMap = (issue) => {
  if (issue.code === "invalid_value") return `expected ${issue.values.map((value) => String(value)).join(" or ")}`;
  if (issue.code !== "invalid_type") return undefined;
  if (issue.input === undefined) return "is missing";
  const expected = names[issue.expected] ?? issue.expected;
  const quote = expected === "text" && ["number", "boolean"].includes(typeof issue.input) ? "; put it in quotes" : "";
  return `expected ${expected}, not ${kindOf(issue.input)}${quote}`;
};

function kindOf(value: unknown): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (Number.isInteger(value)) return "a number";
  if (typeof value === "number") return "a fraction";
  return { string: "text", boolean: "true or false", object: "a mapping" }[typeof value as string] ?? typeof value;
}

/** What the schema found, as one problem a mistake, at the line it stands on. */
export function problemsOf(issues: readonly Issue[], source: Source): readonly Problem[] {
  return issues.flatMap((issue) => spread(issue, [])).map(({ path, message, at }) => source.problem(path, message, at));
}

interface Found {
  readonly path: Path;
  readonly message: string;
  readonly at: "key" | "value";
}

function spread(issue: Issue, above: Path): readonly Found[] {
  const path = [...above, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    const messages = issue.message.split("\n");
    return issue.keys.map((key, index) => ({
      path: [...path, key],
      message: messages[index] ?? "unknown key",
      at: "key",
    }));
  }
  if (issue.code === "invalid_key") return issue.issues.map(({ message }) => ({ path, message, at: "key" }));
  if (issue.code === "invalid_union") {
    const meant = closest(issue.errors);
    if (meant !== undefined) return meant.flatMap((inner) => spread(inner, path));
  }
  return [{ path, message: issue.message, at: "value" }];
}

/** Of several forms the one that the value has the shape of; the one with the fewest mistakes when there are more. */
function closest(forms: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const mistyped = (issue: Issue) => issue.path.length === 0 && /^invalid_(type|value)$/.test(issue.code);
  const [best] = forms.filter((issues) => !issues.some(mistyped)).toSorted((a, b) => a.length - b.length);
  return best;
}
