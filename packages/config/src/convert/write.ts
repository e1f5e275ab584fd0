import { Document, isScalar } from "yaml";
import type { YAMLMap } from "yaml";
import type { Draft } from "./draft.ts";
import { Nested } from "./sections.ts";

/** A draft as YAML text, its comments where they belong. */
export function writeYaml(draft: Draft, { head, foot }: { head: string; foot: string }): string {
  const document = new Document({});
  document.contents = toMap(draft, document) as never;
  document.commentBefore = indentComment(head);
  document.comment = foot === "" ? null : foot;
  return document.toString({ lineWidth: 0 });
}

function toMap(draft: Draft, document: Document): YAMLMap {
  const map = document.createNode({}) as unknown as YAMLMap;
  map.flow = false;
  let comments: string[] = [];
  for (const line of draft) {
    if ("comment" in line) {
      comments.push(line.comment);
      continue;
    }
    const key = document.createNode(line.key);
    if (isScalar(key) && comments.length > 0) key.commentBefore = indentComment(comments.join("\n"));
    comments = [];
    map.add(document.createPair(key, undefined));
    map.set(line.key, toNode(line.value, document));
  }
  if (comments.length > 0) map.comment = indentComment(comments.join("\n"));
  return map;
}

function toNode(value: unknown, document: Document): unknown {
  if (value instanceof Nested) return toMap(value.draft, document);
  if (Array.isArray(value) && value.some((item) => item instanceof Nested)) {
    const list = document.createNode([]) as unknown as { items: unknown[]; flow?: boolean };
    list.flow = false;
    list.items = value.map((item) => toNode(item, document));
    return list;
  }
  return document.createNode(value);
}

function indentComment(text: string): string {
  return text
    .split("\n")
    .map((line) => (line === "" ? "" : ` ${line}`))
    .join("\n");
}
