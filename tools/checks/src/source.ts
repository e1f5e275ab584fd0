import { parseSync, Visitor } from "oxc-parser";

export interface Import {
  readonly specifier: string;
  readonly line: number;
  readonly typeOnly: boolean;
}

/** A place where code reaches for the process it runs in: `console`, `process.env`, `process.exit`. */
export interface Reach {
  readonly what: string;
  readonly line: number;
}

export interface Source {
  readonly imports: readonly Import[];
  readonly reaches: readonly Reach[];
}

interface Positioned {
  readonly start: number;
}
interface Kinded {
  readonly kind: "type" | "value" | null | undefined;
}

const HOST = new Set(["env", "exit"]);

/** What a file imports, statically, dynamically or as a type, and where it reaches for the process. Throws on a syntax error. */
export function readSource(file: string, text: string): Source {
  const { program, errors } = parseSync(file, text);
  if (errors[0] !== undefined) throw new Error(`${file}: ${errors[0].message}`);
  const imports: Import[] = [];
  const reaches: Reach[] = [];
  const lineOf = ({ start }: Positioned) => text.slice(0, start).split("\n").length;
  const add = (source: Positioned & { value?: unknown }, typeOnly: boolean) => {
    if (typeof source.value === "string") imports.push({ specifier: source.value, line: lineOf(source), typeOnly });
  };
  const reach = (what: string, node: Positioned) => reaches.push({ what, line: lineOf(node) });

  new Visitor({
    ImportDeclaration(node) {
      const kinds = node.specifiers.map((one) => ("importKind" in one ? one.importKind : "value"));
      add(node.source, isTypeOnly({ kind: node.importKind }, kinds));
      if (!/^(node:)?process$/.test(node.source.value)) return;
      for (const one of node.specifiers)
        if (one.type === "ImportSpecifier" && "name" in one.imported && HOST.has(one.imported.name))
          reach(`process.${one.imported.name}`, one);
    },
    ExportNamedDeclaration(node) {
      const kinds = node.specifiers.map((one) => one.exportKind);
      if (node.source !== null) add(node.source, isTypeOnly({ kind: node.exportKind }, kinds));
    },
    ExportAllDeclaration: (node) => add(node.source, node.exportKind === "type"),
    ImportExpression: (node) => add(node.source, false),
    TSImportType: (node) => add(node.source, true),
    MemberExpression({ object, property }) {
      if (object.type !== "Identifier") return;
      if (object.name === "console") reach("console", object);
      if (object.name === "process" && property.type === "Identifier" && HOST.has(property.name))
        reach(`process.${property.name}`, object);
    },
    VariableDeclarator({ id, init }) {
      if (init?.type !== "Identifier" || init.name !== "process" || id.type !== "ObjectPattern") return;
      for (const one of id.properties)
        if (one.type === "Property" && one.key.type === "Identifier" && HOST.has(one.key.name))
          reach(`process.${one.key.name}`, one);
    },
  }).visit(program);
  return { imports, reaches };
}

function isTypeOnly(whole: Kinded, parts: readonly Kinded["kind"][]): boolean {
  return whole.kind === "type" || (parts.length > 0 && parts.every((kind) => kind === "type"));
}
