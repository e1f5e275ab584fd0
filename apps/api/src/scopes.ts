import { scope } from "@backurne/reports/schemas";

export const SCOPES = scope.options;
export type Scope = (typeof SCOPES)[number];

export function allows(granted: readonly Scope[], needed: Scope): boolean {
  return granted.includes(needed) || granted.includes("admin") || (needed === "read" && granted.length > 0);
}
