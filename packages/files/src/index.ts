export { openArchive, type ArchiveFormat, type Place } from "./archive.ts";
export type { Kind } from "./at.ts";
export { listDirectory, type DirectoryPage, type Entry, type PageOptions } from "./directory.ts";
export { openFile, type OpenedFile, type Span } from "./file.ts";
export { decodePath, encodePath, showName, showPath, type Path } from "./names.ts";
export type { PackOptions } from "./tar.ts";
export { openTree, type Found, type Tree } from "./tree.ts";
