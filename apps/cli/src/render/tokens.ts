import type { Tokens } from "@backurne/reports/schemas";
import type { Look } from "./look.ts";
import { formatMinute } from "./names.ts";
import { renderTable } from "./table.ts";

/** `token ls`: the oldest first. */
export function renderTokens(tokens: Tokens["tokens"], look: Look): readonly string[] {
  if (tokens.length === 0) return ["there is no token: nobody may ask"];
  const columns = [
    { title: "ID" },
    { title: "NAME", give: "middle" },
    { title: "SCOPES" },
    { title: "CREATED (local)" },
  ] as const;
  const rows = tokens.map(({ id, name, scopes, created }) => [
    id,
    name || "-",
    scopes.join(","),
    formatMinute(created, look),
  ]);
  return renderTable(columns, rows, look);
}
